//! What processes used up.

/// Seconds of processor time that processes used which this one started and waited for.
pub fn children_seconds() -> f64 {
    let stat = std::fs::read_to_string("/proc/self/stat").unwrap_or_default();
    let fields = stat.rsplit_once(')').map_or("", |(_, rest)| rest).split_whitespace();
    let ticks: f64 = fields.skip(13).take(2).filter_map(|field| field.parse::<f64>().ok()).sum();
    ticks / 100.0
}

/// Processor time that a process has used, in seconds, without those that it started.
pub fn seconds(id: u32) -> f64 {
    let stat = std::fs::read_to_string(format!("/proc/{id}/stat")).unwrap_or_default();
    let fields = stat.rsplit_once(')').map_or("", |(_, rest)| rest).split_whitespace();
    let ticks: f64 = fields.skip(11).take(2).filter_map(|field| field.parse::<f64>().ok()).sum();
    ticks / 100.0
}

/// The most memory that any process had which this one started and waited for, in millions of bytes.
pub fn children_peak() -> f64 {
    let mut used = std::mem::MaybeUninit::<libc::rusage>::zeroed();
    // Fills what it is given, which lives longer than the call.
    let used = unsafe {
        libc::getrusage(libc::RUSAGE_CHILDREN, used.as_mut_ptr());
        used.assume_init()
    };
    used.ru_maxrss as f64 * 1024.0 / 1e6
}

/// Memory of this process in millions of bytes.
pub fn resident() -> f64 {
    memory("self", "VmRSS:")
}

/// The most memory that a process ever had, in millions of bytes.
pub fn peak(id: u32) -> f64 {
    memory(&id.to_string(), "VmHWM:")
}

fn memory(id: &str, what: &str) -> f64 {
    let status = std::fs::read_to_string(format!("/proc/{id}/status")).unwrap_or_default();
    let line = status.lines().find_map(|line| line.strip_prefix(what));
    let kilobytes = line.and_then(|line| line.trim().trim_end_matches(" kB").parse::<f64>().ok());
    kilobytes.unwrap_or(0.0) * 1024.0 / 1e6
}
