//! Figures and their goals: a line each, and a verdict at the end.

use std::fmt::Display;
use std::process::{ExitCode, ExitStatus};

/// What was measured so far, and how much of it missed its goal or could not be measured.
#[derive(Debug, Default)]
pub struct Figures {
    missed: u32,
}

impl Figures {
    /// A figure that may be `goal` and no more.
    pub fn at_most(&mut self, name: &str, value: f64, goal: f64, unit: &str) {
        self.line(name, value, format!("<={goal}{unit}"), unit, value <= goal);
    }

    /// A figure that has to be `goal` or more.
    pub fn at_least(&mut self, name: &str, value: f64, goal: f64, unit: &str) {
        self.line(name, value, format!(">={goal}{unit}"), unit, value >= goal);
    }

    /// A figure that has to be exactly `goal`.
    pub fn exactly(&mut self, name: &str, value: f64, goal: f64, unit: &str) {
        self.line(name, value, format!("={goal}{unit}"), unit, (value - goal).abs() < f64::EPSILON);
    }

    /// A figure without a goal, for whoever reads the others.
    pub fn note(&mut self, name: &str, value: f64, unit: &str) {
        self.line(name, value, "-".to_owned(), unit, true);
    }

    /// A figure that cannot be measured on this machine, and what it lacks: missed, for nobody knows.
    pub fn unmeasured(&mut self, name: &str, lacks: &str) {
        println!("{name} ? - UNMEASURED: {lacks}");
        self.missed += 1;
    }

    /// Figures that another process printed: missed when it failed.
    pub fn also(&mut self, status: ExitStatus) {
        self.missed += u32::from(!status.success());
    }

    fn line(&mut self, name: &str, value: f64, goal: impl Display, unit: &str, met: bool) {
        let digits = if value >= 100.0 || value.fract() == 0.0 { 0 } else { 2 };
        println!("{name} {value:.digits$}{unit} {goal} {}", if met { "ok" } else { "FAIL" });
        self.missed += u32::from(!met);
    }

    /// Failure when any figure missed its goal, or could not be measured.
    pub fn verdict(&self) -> ExitCode {
        if self.missed == 0 { ExitCode::SUCCESS } else { ExitCode::FAILURE }
    }
}
