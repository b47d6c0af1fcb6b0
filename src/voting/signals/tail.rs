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
/// How much the telephones of people may be alike.
const PEOPLE: [f64; 5] = [8.0, 12.0, 25.0, 50.0, 100.0];

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
pub(super) fn at_least(votes: u32, least: u32, share: f64, concentration: f64) -> f64 {
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
pub(super) fn at_most_kinds(
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
/// just these kinds, each as often as another (Dirichlet-multinomial, [`EVEN`] each), makes them than
/// people do, whatever concentration of [`PEOPLE`] suits people best. `kinds` are shares of the mix
/// and votes. An e-value (Vovk and Wang 2021): by chance it is over `1/x` in one of `1/x` crowds.
///
/// The list is drawn from the mix, which makes `m` kinds with chance `m!` times the product of their
/// shares at least, and of a length up to [`LONGEST`].
pub(super) fn list_evidence(kinds: &[(f64, u32)]) -> f64 {
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn of_even_odds_every_count_is_as_likely() {
        for least in 0..=20 {
            let exact = f64::from(21 - least) / 21.0;
            assert!((at_least(20, least, 0.5, 2.0) - exact).abs() < 1e-9, "{least}");
        }
    }

    #[test]
    fn draws_one_by_one_are_binomial() {
        // 1 - (3/4)^10 - 10 (1/4) (3/4)^9, by hand
        assert!((at_least(10, 2, 0.25, 1e7) - 0.755_974_769).abs() < 1e-5);
    }

    #[test]
    fn a_few_draws_are_counted_out() {
        // Pólya's urn with 1 and 2 balls: (1/3)(2/4)(3/5) that all three are of the first kind.
        assert!((at_least(3, 3, 1.0 / 3.0, 3.0) - 0.1).abs() < 1e-9);
        // Two kinds of half the mix, c = 2, n = 2: each absent with chance 1/2.
        let half = || [0.5, 0.5].into_iter();
        assert!((at_most_kinds(half(), 2, 0, 2.0) - 0.25).abs() < 1e-12);
        assert!((at_most_kinds(half(), 2, 1, 2.0) - 0.75).abs() < 1e-12);
    }

    #[test]
    fn evidence_for_a_list_needs_a_list() {
        let mix: Vec<f64> = (1..=300).map(|rank| 0.16 / f64::from(rank)).collect();
        let list: Vec<(f64, u32)> = mix[4..16].iter().map(|share| (*share, 30)).collect();
        let people: Vec<(f64, u32)> =
            mix[..30].iter().zip((1..=30).rev()).map(|(s, n)| (*s, n * n / 20 + 1)).collect();

        assert!(list_evidence(&list) > 1e6, "{}", list_evidence(&list));
        assert!(list_evidence(&people) < 1.0, "{}", list_evidence(&people));
    }

    #[test]
    fn evidence_of_people_is_one_in_the_mean_at_most() {
        // All ways in which four votes of three kinds can fall, by what people give them.
        let mix = [0.5, 0.3, 0.2];
        for concentration in PEOPLE {
            let mut mean = 0.0;
            for way in 0..81_usize {
                let draws = [way % 3, way / 3 % 3, way / 9 % 3, way / 27];
                let mut seen = [0_u32; 3];
                let mut chance = 1.0;
                for (before, kind) in draws.into_iter().enumerate() {
                    let own = concentration * mix[kind] + f64::from(seen[kind]);
                    chance *= own / (concentration + before as f64);
                    seen[kind] += 1;
                }
                let kinds = mix.into_iter().zip(seen).filter(|(_, votes)| *votes > 0);
                mean += chance * list_evidence(&kinds.collect::<Vec<_>>());
            }
            assert!(mean > 0.0 && mean <= 1.0, "{concentration}: {mean}");
        }
    }

    #[test]
    fn tails_fall_and_stay_chances() {
        for (share, concentration) in [(0.01, 6.0), (0.25, 12.0), (0.9, 40.0)] {
            let tails: Vec<f64> = (0..=60).map(|x| at_least(60, x, share, concentration)).collect();
            assert!((tails[0] - 1.0).abs() < 1e-9, "{share}");
            assert!(tails.windows(2).all(|two| two[0] >= two[1] && two[1] >= 0.0), "{tails:?}");
        }
    }
}
