//! Tails: how unlikely a crowd is if its people have the contest's telephones.
//!
//! A crowd's telephones are not drawn one by one from the contest's mix: they were bought in the
//! same shops. So the votes of a crowd are a Dirichlet-multinomial draw (Mosimann 1962) around that
//! mix with a concentration `c`: the lower, the more a crowd's telephones are alike. Votes of a set
//! of kinds with share `q` are then beta-binomial with `a = cq`, `b = c(1 - q)`; and kinds by
//! themselves are negative binomial with shape `cq` and mean `nq`, independent of each other but
//! for their sum, which is `n`.

/// Share of the mix that a kind has at least.
const RAREST: f64 = 1e-4;
/// How even a list is: votes of a kind that are there before the first. Lists name common kinds
/// more than once, so not very.
const EVEN: [f64; 2] = [2.0, 6.0];
/// Kinds of the longest list.
const LONGEST: f64 = 32.0;
/// How much the telephones of people may be alike: concentrations.
pub const PEOPLE: [f64; 5] = [8.0, 12.0, 25.0, 50.0, 100.0];

/// Natural logarithm of the gamma function, by Stirling's series after steps up to 10; right to
/// twelve digits.
fn ln_gamma(of: f64) -> f64 {
    let (mut at, mut steps) = (of, 0.0);
    while at < 10.0 {
        steps += at.ln();
        at += 1.0;
    }
    let (inverse, square) = (1.0 / at, 1.0 / (at * at));
    let series =
        inverse * (1.0 / 12.0 - square * (1.0 / 360.0 - square * (1.0 / 1260.0 - square / 1680.0)));
    (at - 0.5) * at.ln() - at + 0.5 * std::f64::consts::TAU.ln() + series - steps
}

/// Chance that `least` votes or more of `votes` are of kinds that have this share of the mix: the
/// upper tail of a beta-binomial distribution.
pub fn at_least(votes: u32, least: u32, share: f64, concentration: f64) -> f64 {
    let share = share.clamp(1e-6, 1.0 - 1e-6);
    let (a, b, n) = (concentration * share, concentration * (1.0 - share), f64::from(votes));
    let whole = ln_gamma(n + 1.0) + ln_gamma(a + b) - ln_gamma(n + a + b);
    let (own, other) = (ln_gamma(a), ln_gamma(b));
    let each = (least..=votes).map(|x| {
        let x = f64::from(x);
        let (ways, rest) = (ln_gamma(x + 1.0) + ln_gamma(n - x + 1.0), n - x);
        (whole - ways + ln_gamma(x + a) - own + ln_gamma(rest + b) - other).exp()
    });
    each.sum::<f64>().min(1.0)
}

/// Chance that `votes` votes show `most` kinds or fewer: each kind is there with chance
/// `1 - (1 + n/c)^(-cq)`, and how many are is Poisson-binomial; its lower tail, summed kind by kind.
pub fn at_most_kinds(
    shares: impl Iterator<Item = f64>,
    votes: u32,
    most: usize,
    concentration: f64,
) -> f64 {
    let spread = (1.0 + f64::from(votes) / concentration).ln();
    let mut chance = vec![0.0; most + 1];
    chance[0] = 1.0;
    for share in shares {
        let absent = (-concentration * share * spread).exp();
        for kinds in (0..=most).rev() {
            let before = if kinds > 0 { chance[kinds - 1] } else { 0.0 };
            chance[kinds] = chance[kinds] * absent + before * (1.0 - absent);
        }
    }
    chance.iter().sum::<f64>().min(1.0)
}

/// Evidence that the votes come from a list that is gone through: how many times likelier a list of
/// just these kinds, each as often as another (Dirichlet-multinomial, `EVEN` each), makes them than
/// people do, whatever concentration of [`PEOPLE`] suits people best. `kinds` are shares of the mix
/// and votes. An e-value (Vovk and Wang 2021): by chance it is over `1/x` in one of `1/x` crowds.
///
/// The list is drawn from the mix, which makes `m` kinds with chance `m!` times the product of their
/// shares at least, and of a length up to `LONGEST`.
pub fn list_evidence(kinds: &[(f64, u32)]) -> f64 {
    let votes: f64 = kinds.iter().map(|(_, votes)| f64::from(*votes)).sum();
    let many = kinds.len() as f64;
    if many > LONGEST {
        return 0.0;
    }
    let drawn = |concentration: f64, part: &dyn Fn(f64) -> f64| -> f64 {
        let each = kinds.iter().map(|(share, votes)| {
            let own = part(*share);
            ln_gamma(own + f64::from(*votes)) - ln_gamma(own)
        });
        ln_gamma(concentration) - ln_gamma(concentration + votes) + each.sum::<f64>()
    };
    let chosen: f64 = kinds.iter().map(|(share, _)| share.max(RAREST).ln()).sum();
    let length = ln_gamma(many + 1.0) + chosen - LONGEST.ln();
    let people =
        |concentration: f64| drawn(concentration, &|share: f64| concentration * share.max(RAREST));
    let best = PEOPLE.iter().map(|one| people(*one)).fold(f64::NEG_INFINITY, f64::max);
    let list = EVEN.iter().map(|even| (drawn(even * many, &|_| *even) + length - best).exp());
    list.sum::<f64>() / EVEN.len() as f64
}
