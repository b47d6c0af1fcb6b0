//! A made-up town that votes: groups that burst when their link is passed on, factories behind one
//! address, people without a link, and those who cheat. The same seed is the same town.
//!
//! What makes it hard is what makes real contests hard: a group's telephones come from the same
//! shops (a Pólya urn around the town's mix), whole factories share an address, hundreds of
//! subscribers share a carrier's, links leak to friends, and a post elsewhere brings a crowd that no
//! link explains.

use std::collections::{BTreeMap, HashMap, HashSet};

use hoithi::voting::signals::{Suspicion, Trail, look};

mod dice;
mod score;

use dice::Dice;
pub use score::Score;

/// Seconds at which the vote begins: 6 April 2026 in Vietnam.
const BEGIN: i64 = 1_775_408_400;
const DAYS: f64 = 8.0;
const DAY: f64 = 86_400.0;

/// How somebody cheats.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Attack {
    /// A shelf of telephones of two or three kinds, without a link, as by a clock.
    Farm,
    /// A program at one address that goes through a list of browsers by a leaked link.
    Program,
    /// A program behind rented addresses whose browsers are rare on telephones.
    Proxies,
    /// An office that touches for its people: one address, two computers, a group's own link.
    Office,
    /// Accounts that choose the same three entries.
    Ring,
    /// Hired hands: the town's telephones, everybody's addresses, people's pauses. Nothing but who
    /// may vote stops these; they are measured and not asked for.
    Hired,
}

/// Attacks that have to be found.
pub const CRUDE: [Attack; 5] =
    [Attack::Farm, Attack::Program, Attack::Proxies, Attack::Office, Attack::Ring];

/// All votes of a town, and what is true of them.
pub struct Town {
    pub trails: Vec<Trail>,
    pub quotas: HashMap<u32, u32>,
    /// Votes of each attack.
    pub attacks: Vec<(Attack, HashSet<usize>)>,
    /// Honest votes by the link that brought them; 0 without one.
    pub groups: BTreeMap<u32, Vec<usize>>,
}

struct Group {
    link: u32,
    size: usize,
    home: u32,
    address: Option<u32>,
    kinds: Vec<u32>,
    /// Share of its telephones that run no scripts.
    plain: f64,
}

struct Build {
    dice: Dice,
    trails: Vec<Trail>,
    honest: Vec<u32>,
    quotas: HashMap<u32, u32>,
    attacks: Vec<(Attack, HashSet<usize>)>,
    voters: u64,
    networks: u32,
    entries: usize,
}

const KINDS: usize = 300;
const NO_LINK: u32 = 0;

impl Town {
    /// The town of this seed; without anybody who cheats where `clean`.
    pub fn new(seed: u64, clean: bool) -> Self {
        let mut build = Build {
            dice: Dice::new(seed),
            trails: Vec::new(),
            honest: Vec::new(),
            quotas: HashMap::new(),
            attacks: Vec::new(),
            voters: 0,
            networks: 10_000,
            entries: 0,
        };
        build.entries = 25 + build.dice.below(30);
        let groups: Vec<Group> = (1..=220).map(|link| build.group(link)).collect();
        for group in &groups {
            build.bursts(group);
        }
        build.strays();
        if !clean {
            for _ in 0..1 + build.dice.below(3) {
                build.attack(&groups);
            }
        }
        build.finish()
    }

    /// What the signals say of it.
    pub fn look(&self) -> Vec<Suspicion> {
        look(&self.trails, &self.quotas)
    }
}

impl Build {
    fn kind(&mut self) -> u32 {
        1 + self.dice.ranked(KINDS, 1.05) as u32
    }

    fn network(&mut self) -> u32 {
        self.networks += 1;
        self.networks
    }

    /// An address of a carrier, which many share; a few of them carry most.
    fn carrier(&mut self) -> u32 {
        1 + self.dice.ranked(1500, 0.9) as u32
    }

    fn group(&mut self, link: u32) -> Group {
        let size = (self.dice.normal() * 0.8 + 3.4).exp().clamp(6.0, 600.0) as usize;
        let factory = self.dice.chance(0.3);
        let address = factory.then(|| self.network());
        // Pólya's urn: the more a kind is there, the more of it come.
        let alike = self.dice.chance(0.05);
        let together = if alike { 8.0 } else { self.dice.between(15.0, 60.0) };
        let mut kinds: Vec<u32> = Vec::new();
        for _ in 0..size * 2 {
            let fresh = self.dice.chance(together / (together + kinds.len() as f64));
            let kind = if fresh { self.kind() } else { kinds[self.dice.below(kinds.len())] };
            kinds.push(kind);
        }
        let members = size as f64 * self.dice.between(0.7, 1.1);
        self.quotas.insert(link, (members * 1.3) as u32 + 1);
        let plain = if self.dice.chance(0.1) { 0.12 } else { 0.015 };
        let home = 1 + self.dice.ranked(self.entries, 0.8) as u32;
        Group { link, size, home, address, kinds, plain }
    }

    /// A link is passed on once to three times; members follow within minutes or hours.
    fn bursts(&mut self, group: &Group) {
        let voting = (group.size as f64 * self.dice.between(0.3, 0.95)) as usize;
        let leaks = self.dice.chance(0.06);
        let voting = if leaks { voting * 2 } else { voting };
        let posts: Vec<f64> = (0..1 + self.dice.below(3)).map(|_| self.hour()).collect();
        let mean = self.dice.between(600.0, 7200.0);
        for member in 0..voting {
            let post = posts[self.dice.below(posts.len())];
            let at = post + self.dice.wait(mean) + self.dice.wait(60.0);
            let near = group.address.filter(|_| self.dice.chance(0.75));
            let network = near.unwrap_or_else(|| self.carrier());
            let device = group.kinds[member % group.kinds.len()];
            let by_page = !self.dice.chance(group.plain);
            let voter = self.voter();
            let mut chosen = vec![group.home];
            while self.dice.chance(0.25) && chosen.len() < 5 {
                chosen.push(1 + self.dice.ranked(self.entries, 0.6) as u32);
            }
            chosen.dedup();
            for (later, entry) in chosen.into_iter().enumerate() {
                let at = at + 40.0 * later as f64;
                self.vote(None, (voter, at), (entry, group.link), (device, network, by_page));
            }
        }
    }

    /// People without a link: here and there, and after posts elsewhere, all at once.
    fn strays(&mut self) {
        for _ in 0..500 {
            let entry = 1 + self.dice.ranked(self.entries, 0.8) as u32;
            let at = self.hour();
            self.stray(entry, at, None);
        }
        for _ in 0..2 {
            let entry = 1 + self.dice.below(self.entries) as u32;
            let (post, mean) = (self.hour(), self.dice.between(900.0, 5400.0));
            let mut kinds: Vec<u32> = Vec::new();
            for _ in 0..80 + self.dice.below(250) {
                let fresh = self.dice.chance(40.0 / (40.0 + kinds.len() as f64));
                let kind = if fresh { self.kind() } else { kinds[self.dice.below(kinds.len())] };
                kinds.push(kind);
                let at = post + self.dice.wait(mean);
                self.stray(entry, at, Some(kind));
            }
        }
    }

    fn stray(&mut self, entry: u32, at: f64, kind: Option<u32>) {
        let device = kind.unwrap_or_else(|| self.kind());
        let network = if self.dice.chance(0.5) { self.network() } else { self.carrier() };
        let by_page = !self.dice.chance(0.02);
        let voter = self.voter();
        self.vote(None, (voter, at), (entry, NO_LINK), (device, network, by_page));
        let mut more = 0.3;
        while self.dice.chance(more) {
            let other = 1 + self.dice.ranked(self.entries, 0.6) as u32;
            self.vote(None, (voter, at + 60.0), (other, NO_LINK), (device, network, by_page));
            more *= 0.6;
        }
    }

    fn attack(&mut self, groups: &[Group]) {
        let all = [CRUDE.as_slice(), &[Attack::Hired]].concat();
        let attack = all[self.dice.below(all.len())];
        let entry = 1 + self.dice.below(self.entries) as u32;
        let group = &groups[self.dice.below(groups.len())];
        let begin = self.hour();
        self.attacks.push((attack, HashSet::new()));
        match attack {
            Attack::Farm => self.farm(entry, begin),
            Attack::Program => self.program(entry, group.link, begin),
            Attack::Proxies => self.proxies(entry, begin),
            Attack::Office => self.office(group, begin),
            Attack::Ring => self.ring(begin),
            Attack::Hired => self.hired(entry, begin),
        }
    }

    fn farm(&mut self, entry: u32, begin: f64) {
        let kinds: Vec<u32> = (0..2 + self.dice.below(2)).map(|_| self.kind()).collect();
        let networks: Vec<u32> = (0..1 + self.dice.below(5)).map(|_| self.network()).collect();
        let pause = self.dice.between(20.0, 90.0);
        let mut at = begin;
        for _ in 0..200 + self.dice.below(500) {
            at += pause * self.dice.between(0.9, 1.1);
            let kind = kinds[self.dice.below(kinds.len())];
            let network = networks[self.dice.below(networks.len())];
            self.cheat((entry, NO_LINK), at, (kind, network, true));
        }
    }

    fn program(&mut self, entry: u32, link: u32, begin: f64) {
        let list: Vec<u32> = (0..8 + self.dice.below(14)).map(|_| self.kind()).collect();
        let network = self.network();
        let (mean, mut at) = (self.dice.between(3.0, 40.0), begin);
        for _ in 0..200 + self.dice.below(700) {
            at += self.dice.wait(mean);
            let kind = list[self.dice.below(list.len())];
            self.cheat((entry, link), at, (kind, network, true));
        }
    }

    fn proxies(&mut self, entry: u32, begin: f64) {
        let desks: Vec<u32> = (0..10).map(|n| 1000 + n).collect();
        let (mean, mut at) = (self.dice.between(20.0, 120.0), begin);
        let by_page = self.dice.chance(0.5);
        for _ in 0..200 + self.dice.below(400) {
            at += self.dice.wait(mean);
            let kind = desks[self.dice.ranked(desks.len(), 0.7)];
            let network = self.network();
            self.cheat((entry, NO_LINK), at, (kind, network, by_page));
        }
    }

    fn office(&mut self, group: &Group, begin: f64) {
        let kinds = [self.kind(), self.kind()];
        let network = self.network();
        let mut at = begin;
        for _ in 0..60 + self.dice.below(90) {
            at += self.dice.wait(70.0);
            let kind = kinds[usize::from(self.dice.chance(0.3))];
            self.cheat((group.home, group.link), at, (kind, network, true));
        }
    }

    fn ring(&mut self, begin: f64) {
        let first = self.dice.below(self.entries);
        let chosen: Vec<u32> =
            (0..3).map(|n| 1 + ((first + 7 * n) % self.entries) as u32).collect();
        for _ in 0..100 + self.dice.below(200) {
            let at = begin + self.dice.wait(20_000.0);
            let (kind, network, voter) = (self.kind(), self.carrier(), self.voter());
            for entry in &chosen {
                let attack = Some(self.attacks.len() - 1);
                let at = at + self.dice.wait(30.0);
                self.vote(attack, (voter, at), (*entry, NO_LINK), (kind, network, true));
            }
        }
    }

    fn hired(&mut self, entry: u32, begin: f64) {
        for _ in 0..150 + self.dice.below(250) {
            let at = begin + self.dice.wait(40_000.0);
            let (kind, network) = (self.kind(), self.carrier());
            self.cheat((entry, NO_LINK), at, (kind, network, true));
        }
    }

    fn cheat(&mut self, about: (u32, u32), at: f64, with: (u32, u32, bool)) {
        let voter = self.voter();
        let attack = Some(self.attacks.len() - 1);
        self.vote(attack, (voter, at), about, with);
    }

    /// An hour at which people are awake.
    fn hour(&mut self) -> f64 {
        let day = self.dice.below(DAYS as usize - 1) as f64;
        day * DAY + 7.0 * 3600.0 + self.dice.part() * 14.0 * 3600.0
    }

    fn voter(&mut self) -> u64 {
        self.voters += 1;
        self.voters
    }

    fn vote(
        &mut self,
        attack: Option<usize>,
        (voter, at): (u64, f64),
        (entry, link): (u32, u32),
        (device, network, by_page): (u32, u32, bool),
    ) {
        let place = self.trails.len();
        match attack {
            Some(attack) => drop(self.attacks[attack].1.insert(place)),
            None => self.honest.push(link),
        }
        if attack.is_some() {
            self.honest.push(u32::MAX);
        }
        let twice = self.trails.iter().rev().take(6).any(|t| t.voter == voter && t.entry == entry);
        let entry = if twice { entry % self.entries as u32 + 1 } else { entry };
        self.trails.push(Trail {
            leaf: 0,
            at: BEGIN + at as i64,
            millis: (at.fract() * 1000.0) as u16,
            entry,
            link,
            beyond: false,
            device,
            network,
            by_page,
            voter,
        });
    }

    /// Puts the votes in the order of time, and says which came beyond their link's quota.
    fn finish(self) -> Town {
        let mut order: Vec<usize> = (0..self.trails.len()).collect();
        order.sort_by_key(|at| (self.trails[*at].at, self.trails[*at].millis, *at));
        let mut used: HashMap<u32, u32> = HashMap::new();
        let mut place = vec![0; order.len()];
        let mut trails = Vec::with_capacity(order.len());
        let mut groups: BTreeMap<u32, Vec<usize>> = BTreeMap::new();
        for (now, was) in order.into_iter().enumerate() {
            let mut trail = self.trails[was];
            trail.leaf = now as u64 + 1;
            if trail.link > 0 {
                let used = used.entry(trail.link).or_default();
                trail.beyond = *used >= self.quotas[&trail.link];
                *used += 1;
            }
            place[was] = now;
            trails.push(trail);
            if self.honest[was] != u32::MAX {
                groups.entry(self.honest[was]).or_default().push(now);
            }
        }
        let moved = |set: HashSet<usize>| set.into_iter().map(|was| place[was]).collect();
        let attacks = self.attacks.into_iter().map(|(attack, set)| (attack, moved(set)));
        Town { attacks: attacks.collect(), trails, quotas: self.quotas, groups }
    }
}
