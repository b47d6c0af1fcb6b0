//! Small symmetric systems of equations.

/// The lower triangle `L` of a positive definite matrix `A = L·Lᵀ` (Cholesky).
#[derive(Clone, Debug)]
pub struct Triangle(Vec<Vec<f64>>);

impl Triangle {
    /// Splits `matrix`, of which only the lower half is read; none when it is not positive
    /// definite to fourteen digits.
    #[must_use]
    pub fn of(matrix: &[Vec<f64>]) -> Option<Self> {
        let size = matrix.len();
        let mut lower = vec![vec![0.0; size]; size];
        for row in 0..size {
            for column in 0..=row {
                let known: f64 = (0..column).map(|k| lower[row][k] * lower[column][k]).sum();
                let rest = matrix[row][column] - known;
                if row == column {
                    if rest <= matrix[row][row].abs() * 1e-14 {
                        return None;
                    }
                    lower[row][row] = rest.sqrt();
                } else {
                    lower[row][column] = rest / lower[column][column];
                }
            }
        }
        Some(Self(lower))
    }

    /// Natural logarithm of the determinant of `A`, of the first `size` rows and columns.
    #[must_use]
    pub fn log_determinant(&self, size: usize) -> f64 {
        (0..size).map(|at| 2.0 * self.0[at][at].ln()).sum()
    }

    /// `x` of `L·x = right`.
    #[must_use]
    pub fn forward(&self, right: &[f64]) -> Vec<f64> {
        let mut x: Vec<f64> = Vec::with_capacity(right.len());
        for (row, value) in right.iter().enumerate() {
            let known: f64 = self.0[row].iter().zip(&x).map(|(l, x)| l * x).sum();
            x.push((value - known) / self.0[row][row]);
        }
        x
    }

    /// `x` of `Lᵀ·x = right`.
    #[must_use]
    pub fn backward(&self, right: &[f64]) -> Vec<f64> {
        let size = right.len();
        let mut x = vec![0.0; size];
        for row in (0..size).rev() {
            let known: f64 = (row + 1..size).map(|below| self.0[below][row] * x[below]).sum();
            x[row] = (right[row] - known) / self.0[row][row];
        }
        x
    }

    /// `x` of `A·x = right`.
    #[must_use]
    pub fn solve(&self, right: &[f64]) -> Vec<f64> {
        self.backward(&self.forward(right))
    }
}

/// The smallest value of `f` near `start`, found by the simplex of Nelder and Mead (1965), and
/// where it lies. Stops when the simplex has shrunk to a part in 10¹⁰ or after 500 steps.
pub fn minimum(start: [f64; 2], mut f: impl FnMut([f64; 2]) -> f64) -> [f64; 2] {
    let corner = |shift: [f64; 2]| [start[0] + shift[0], start[1] + shift[1]];
    let mut simplex =
        [corner([0.0, 0.0]), corner([0.5, 0.0]), corner([0.0, 0.5])].map(|at| (f(at), at));
    for _ in 0..500 {
        simplex.sort_by(|a, b| a.0.total_cmp(&b.0));
        let [best, good, worst] = simplex;
        let size = (worst.1[0] - best.1[0]).abs() + (worst.1[1] - best.1[1]).abs();
        if size < 1e-10 * (1.0 + best.1[0].abs() + best.1[1].abs()) {
            break;
        }
        let middle = [(best.1[0] + good.1[0]) / 2.0, (best.1[1] + good.1[1]) / 2.0];
        let along = |by: f64| [0, 1].map(|axis| middle[axis] + by * (middle[axis] - worst.1[axis]));
        let mut tried = |by: f64| (f(along(by)), along(by));
        let mirrored = tried(1.0);
        let next = if mirrored.0 < best.0 {
            let further = tried(2.0);
            if further.0 < mirrored.0 { further } else { mirrored }
        } else if mirrored.0 < good.0 {
            mirrored
        } else if mirrored.0 < worst.0 {
            tried(0.5)
        } else {
            tried(-0.5)
        };
        if next.0 < worst.0 {
            simplex[2] = next;
        } else {
            for corner in &mut simplex[1..] {
                let shrunk = [0, 1].map(|axis| (corner.1[axis] + best.1[axis]) / 2.0);
                *corner = (f(shrunk), shrunk);
            }
        }
    }
    simplex.sort_by(|a, b| a.0.total_cmp(&b.0));
    simplex[0].1
}
