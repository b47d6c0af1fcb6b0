//! What a child gives up before it opens anything.

use std::collections::BTreeMap;
use std::path::Path;

use landlock::{
    ABI, Access, AccessFs, AccessNet, Ruleset, RulesetAttr, RulesetCreatedAttr, path_beneath_rules,
};
use rustix::process::{Resource, Rlimit, setrlimit};
use seccompiler::{BpfProgram, SeccompAction, SeccompFilter};

use super::order::{Bounds, Leaks, Order};

/// Descriptors that a child may hold.
const DESCRIPTORS: u64 = 64;

/// What programs of the system read: themselves, their libraries, fonts.
const READABLE: [&str; 8] = [
    "/usr",
    "/lib",
    "/lib64",
    "/bin",
    "/etc/ld.so.cache",
    "/etc/fonts",
    "/var/cache/fontconfig",
    "/dev/urandom",
];

/// Calls that open a way out: to the network, into other processes, past the limits.
const FORBIDDEN: [i64; 16] = [
    libc::SYS_socket,
    libc::SYS_socketpair,
    libc::SYS_connect,
    libc::SYS_bind,
    libc::SYS_listen,
    libc::SYS_io_uring_setup,
    libc::SYS_ptrace,
    libc::SYS_process_vm_readv,
    libc::SYS_process_vm_writev,
    libc::SYS_mount,
    libc::SYS_unshare,
    libc::SYS_setns,
    libc::SYS_bpf,
    libc::SYS_keyctl,
    libc::SYS_kexec_load,
    libc::SYS_perf_event_open,
];

/// Gives up everything that `order` does not need. What this kernel does not know is left out, and
/// shows in [`Leaks`].
pub(super) fn confine(order: &Order) -> Result<(), Box<dyn std::error::Error>> {
    limit(order.bounds)?;
    let abi = ABI::V5;
    let rules = Ruleset::default()
        .handle_access(AccessFs::from_all(abi))?
        .handle_access(AccessNet::from_all(abi))?
        .create()?
        .add_rules(path_beneath_rules(READABLE, AccessFs::from_read(abi)))?
        .add_rules(path_beneath_rules([&order.file], AccessFs::ReadFile))?
        .add_rules(path_beneath_rules([Path::new("/dev/null")], AccessFs::from_file(abi)))?
        .add_rules(path_beneath_rules([&order.folder], AccessFs::from_all(abi)))?;
    rules.restrict_self()?;
    let rules: BTreeMap<i64, Vec<_>> = FORBIDDEN.iter().map(|call| (*call, Vec::new())).collect();
    let refuse = SeccompAction::Errno(u32::try_from(libc::EPERM)?);
    let arch = std::env::consts::ARCH.try_into()?;
    let filter = SeccompFilter::new(rules, SeccompAction::Allow, refuse, arch)?;
    let filter: BpfProgram = filter.try_into()?;
    seccompiler::apply_filter(&filter)?;
    Ok(())
}

fn limit(bounds: Bounds) -> std::io::Result<()> {
    let limits = [
        (Resource::As, bounds.memory),
        (Resource::Cpu, bounds.seconds),
        (Resource::Fsize, bounds.file),
        (Resource::Nofile, DESCRIPTORS),
        (Resource::Core, 0),
    ];
    for (resource, most) in limits {
        setrlimit(resource, Rlimit { current: Some(most), maximum: Some(most) })?;
    }
    Ok(())
}

impl Leaks {
    /// Tries everything.
    pub(super) fn found(order: &Order) -> Self {
        let outside = order.folder.parent().unwrap_or(Path::new("/")).join("outside");
        let opened: Vec<_> = (0..=DESCRIPTORS).map(|_| std::fs::File::open("/dev/null")).collect();
        let descriptors = opened.iter().all(Result::is_ok);
        drop(opened);
        let too_much = usize::try_from(order.bounds.memory).unwrap_or(usize::MAX);
        Self {
            network: std::net::UdpSocket::bind("127.0.0.1:0").is_ok()
                || std::net::TcpListener::bind("127.0.0.1:0").is_ok(),
            write: std::fs::write(outside, b"out").is_ok(),
            read: std::fs::read("/etc/passwd").is_ok(),
            memory: Vec::<u8>::new().try_reserve_exact(too_much).is_ok(),
            descriptors,
            // These two would end the child that tries them.
            file: false,
            processor: false,
        }
    }
}
