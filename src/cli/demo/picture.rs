//! Drawn photographs: scenes of work for the demo and for tests, different for every seed.
//!
//! Nobody's real picture is shown in a demo, and nothing has to be shipped: a scene is a few
//! hundred bytes of code and a number.

use tiny_skia::{
    Color, FillRule, GradientStop, LinearGradient, Paint, Path, PathBuilder, Pixmap, Point, Rect,
    SpreadMode, Stroke, Transform,
};

/// A small generator of our own, so that a seed draws the same picture for ever.
struct Dice(u64);

impl Dice {
    /// From 0 to just below 1.
    fn part(&mut self) -> f32 {
        pixels::part(&mut self.0)
    }

    fn between(&mut self, low: f32, high: f32) -> f32 {
        low + (high - low) * self.part()
    }

    fn of<T: Copy>(&mut self, choices: &[T]) -> T {
        choices[(self.part() * choices.len() as f32) as usize]
    }
}

/// Sky above, sky at the horizon, land, work clothes.
const PALETTES: [[u32; 4]; 6] = [
    [0x4a90c8, 0xf3e3c3, 0x4f7a4a, 0x1f5fa8],
    [0x20335c, 0xf09a5b, 0x3b3a4d, 0x2d6cb5],
    [0x8fb9d6, 0xf5f1e6, 0x8a9a5b, 0xd9822b],
    [0x5b3f6f, 0xf6b27a, 0x42505c, 0x2f7d6b],
    [0x6aa7b8, 0xdff0ea, 0x2f6b57, 0x22527a],
    [0xc9d6df, 0xf7efe2, 0x6e7f80, 0xb5412f],
];

/// Draws a scene as an RGB picture of `width` × `height` pixels.
///
/// # Panics
/// When a side is 0.
#[must_use]
pub fn draw(seed: u64, width: u32, height: u32) -> image::RgbImage {
    let mut dice = Dice(seed.wrapping_mul(0xA076_1D64_78BD_642F));
    let mut scene = Scene {
        map: Pixmap::new(width, height).expect("a picture has two sides"),
        width: width as f32,
        height: height as f32,
        palette: dice.of(&PALETTES),
    };
    scene.sky(&mut dice);
    match seed % 4 {
        0 => scene.factory(&mut dice),
        1 => scene.field(&mut dice),
        2 => scene.harbour(&mut dice),
        _ => scene.workshop(&mut dice),
    }
    scene.people(&mut dice);
    pixels::photographed(scene.map.data(), (width, height), dice.0)
}

struct Scene {
    map: Pixmap,
    width: f32,
    height: f32,
    palette: [u32; 4],
}

fn colour(rgb: u32, shade: f32, alpha: f32) -> Color {
    let channel = |shift: u32| (((rgb >> shift) & 0xff) as f32 / 255.0 * shade).clamp(0.0, 1.0);
    Color::from_rgba(channel(16), channel(8), channel(0), alpha).unwrap_or(Color::BLACK)
}

fn flat(colour: Color) -> Paint<'static> {
    let mut paint = Paint::default();
    paint.set_color(colour);
    paint.anti_alias = true;
    paint
}

impl Scene {
    fn fill(&mut self, path: Option<Path>, paint: &Paint<'_>) {
        if let Some(path) = path {
            self.map.fill_path(&path, paint, FillRule::Winding, Transform::identity(), None);
        }
    }

    fn polygon(&mut self, points: &[(f32, f32)], colour: Color) {
        let mut path = PathBuilder::new();
        for (index, (x, y)) in points.iter().enumerate() {
            let (x, y) = (x * self.width, y * self.height);
            if index == 0 { path.move_to(x, y) } else { path.line_to(x, y) }
        }
        path.close();
        self.fill(path.finish(), &flat(colour));
    }

    fn disc(&mut self, (x, y): (f32, f32), radius: f32, colour: Color) {
        let path = PathBuilder::from_circle(x * self.width, y * self.height, radius * self.height);
        self.fill(path, &flat(colour));
    }

    fn line(&mut self, from: (f32, f32), to: (f32, f32), thick: f32, colour: Color) {
        let mut path = PathBuilder::new();
        path.move_to(from.0 * self.width, from.1 * self.height);
        path.line_to(to.0 * self.width, to.1 * self.height);
        let stroke = Stroke { width: thick * self.height, ..Stroke::default() };
        if let Some(path) = path.finish() {
            self.map.stroke_path(&path, &flat(colour), &stroke, Transform::identity(), None);
        }
    }

    fn sky(&mut self, dice: &mut Dice) {
        let [high, low, ..] = self.palette;
        let mut paint = Paint::default();
        let stops = vec![
            GradientStop::new(0.0, colour(high, 1.0, 1.0)),
            GradientStop::new(1.0, colour(low, 1.0, 1.0)),
        ];
        let end = Point::from_xy(0.0, self.height * 0.75);
        if let Some(shader) =
            LinearGradient::new(Point::zero(), end, stops, SpreadMode::Pad, Transform::identity())
        {
            paint.shader = shader;
        }
        let whole = Rect::from_xywh(0.0, 0.0, self.width, self.height);
        if let Some(whole) = whole {
            self.map.fill_rect(whole, &paint, Transform::identity(), None);
        }
        let sun = (dice.between(0.1, 0.9), dice.between(0.12, 0.4));
        for ring in (1..6).rev() {
            self.disc(sun, 0.035 * ring as f32, colour(0xfff2cc, 1.0, 0.16));
        }
        for _ in 0..dice.between(2.0, 6.0) as usize {
            let at = (dice.part(), dice.between(0.05, 0.35));
            for puff in 0..5 {
                let at = (at.0 + puff as f32 * 0.03, at.1 + dice.between(-0.01, 0.01));
                self.disc(at, dice.between(0.02, 0.05), colour(0xffffff, 1.0, 0.22));
            }
        }
        for layer in 0..3 {
            self.hills(dice, 0.5 + 0.07 * layer as f32, 0.72 + 0.1 * layer as f32);
        }
    }

    fn hills(&mut self, dice: &mut Dice, base: f32, shade: f32) {
        let mut points = vec![(0.0, 1.0)];
        let swing = dice.between(0.02, 0.09);
        let (rate, start) = (dice.between(3.0, 9.0), dice.between(0.0, 6.0));
        for step in 0..=40 {
            let x = step as f32 / 40.0;
            points.push((x, base - swing * (start + x * rate).sin() - swing / 2.0));
        }
        points.push((1.0, 1.0));
        self.polygon(&points, colour(self.palette[2], shade, 1.0));
    }

    fn ground(&mut self, from: f32, shade: f32) {
        let land = colour(self.palette[2], shade, 1.0);
        self.polygon(&[(0.0, from), (1.0, from), (1.0, 1.0), (0.0, 1.0)], land);
    }

    fn factory(&mut self, dice: &mut Dice) {
        self.ground(0.68, 0.55);
        let (left, teeth) = (dice.between(0.05, 0.25), dice.between(3.0, 6.0) as usize);
        let (tooth, top) = (0.1, dice.between(0.38, 0.46));
        for index in 0..teeth {
            let x = left + index as f32 * tooth;
            let roof = [(x, 0.7), (x, top), (x + tooth, top + 0.08), (x + tooth, 0.7)];
            self.polygon(&roof, colour(0xb8bec6, 0.9 - index as f32 * 0.05, 1.0));
            let pane = [(x + 0.015, 0.56), (x + 0.085, 0.56), (x + 0.085, 0.62), (x + 0.015, 0.62)];
            self.polygon(&pane, colour(0xffe9a8, 1.0, 0.9));
        }
        for index in 0..2 {
            let x = left + teeth as f32 * tooth + 0.04 + index as f32 * 0.07;
            let chimney = [(x, 0.7), (x + 0.008, 0.24), (x + 0.026, 0.24), (x + 0.034, 0.7)];
            self.polygon(&chimney, colour(0xa5523f, 0.9, 1.0));
            for puff in 0..7 {
                let at = (x + 0.02 + puff as f32 * 0.02, 0.22 - puff as f32 * 0.025);
                self.disc(at, 0.012 + puff as f32 * 0.006, colour(0xf4f4f4, 1.0, 0.3));
            }
        }
    }

    fn field(&mut self, dice: &mut Dice) {
        self.ground(0.62, 0.85);
        let vanish = (dice.between(0.3, 0.7), 0.6);
        for row in -14..=14 {
            let foot = (0.5 + row as f32 * 0.12, 1.02);
            let green = colour(0x9ac45a, dice.between(0.7, 1.1), 0.8);
            self.line(vanish, foot, 0.012, green);
        }
        for _ in 0..3 {
            let x = dice.part();
            self.line((x, 0.66), (x, 0.46), 0.008, colour(0x5b4632, 1.0, 1.0));
            for leaf in 0..8 {
                let turn = leaf as f32 * 0.785;
                let tip = (x + 0.05 * turn.cos(), 0.46 + 0.05 * turn.sin());
                self.line((x, 0.46), tip, 0.009, colour(0x2f6b3a, 1.0, 1.0));
            }
        }
    }

    fn harbour(&mut self, dice: &mut Dice) {
        self.polygon(&[(0.0, 0.6), (1.0, 0.6), (1.0, 1.0), (0.0, 1.0)], colour(0x2f6f95, 0.9, 1.0));
        for _ in 0..60 {
            let at = (dice.part(), dice.between(0.61, 0.98));
            let end = (at.0 + dice.between(0.01, 0.06), at.1);
            self.line(at, end, 0.003, colour(0xffffff, 1.0, 0.35));
        }
        for _ in 0..dice.between(2.0, 5.0) as usize {
            let (x, y) = (dice.between(0.05, 0.85), dice.between(0.6, 0.72));
            let hull = [(x, y), (x + 0.13, y), (x + 0.1, y + 0.04), (x + 0.02, y + 0.04)];
            let paint = dice.of(&[0x8c2f2f, 0x23527c, 0x2f6b57]);
            self.polygon(&hull, colour(paint, 1.0, 1.0));
            self.line((x + 0.06, y), (x + 0.06, y - 0.14), 0.006, colour(0x5b4632, 1.0, 1.0));
            let sail = [(x + 0.062, y - 0.13), (x + 0.115, y - 0.01), (x + 0.062, y - 0.01)];
            self.polygon(&sail, colour(0xf1e3c6, 1.0, 0.95));
        }
        self.polygon(
            &[(0.0, 0.86), (1.0, 0.82), (1.0, 1.0), (0.0, 1.0)],
            colour(0x8a8176, 0.8, 1.0),
        );
    }

    fn workshop(&mut self, dice: &mut Dice) {
        let wall = dice.of(&[0xd9cbb0, 0xc7d3d8, 0xcfd6c3]);
        self.polygon(&[(0.0, 0.0), (1.0, 0.0), (1.0, 0.75), (0.0, 0.75)], colour(wall, 1.0, 1.0));
        self.polygon(
            &[(0.0, 0.72), (1.0, 0.72), (1.0, 1.0), (0.0, 1.0)],
            colour(0x8f8375, 1.0, 1.0),
        );
        for index in 0..5 {
            let x = 0.06 + index as f32 * 0.19;
            let pane = [(x, 0.12), (x + 0.13, 0.12), (x + 0.13, 0.42), (x, 0.42)];
            self.polygon(&pane, colour(self.palette[1], 1.05, 1.0));
            self.line((x + 0.065, 0.12), (x + 0.065, 0.42), 0.006, colour(0xffffff, 0.9, 1.0));
        }
        for index in 0..4 {
            let x = 0.04 + index as f32 * 0.25;
            let bench = [(x, 0.7), (x + 0.19, 0.7), (x + 0.19, 0.74), (x, 0.74)];
            self.polygon(&bench, colour(0x7a5a3a, 1.0, 1.0));
            let cloth = dice.of(&[0xc8102e, 0x0b5cad, 0xe6b422, 0x2f7d6b]);
            let piece = [(x + 0.1, 0.62), (x + 0.17, 0.64), (x + 0.17, 0.7), (x + 0.08, 0.7)];
            self.polygon(&piece, colour(cloth, 0.95, 1.0));
            self.line((x + 0.05, 0.0), (x + 0.05, 0.06), 0.004, colour(0x333333, 1.0, 1.0));
            self.disc((x + 0.05, 0.07), 0.022, colour(0xfff4c2, 1.0, 0.95));
        }
    }

    fn people(&mut self, dice: &mut Dice) {
        let count = dice.between(2.0, 6.0) as usize;
        for index in 0..count {
            let x = (index as f32 + dice.between(0.3, 0.7)) / count as f32;
            self.person(dice, x, dice.0 as f32 % 7.0 / 70.0 + 0.30);
        }
    }

    /// Somebody who stands at `x` and is `tall` parts of the picture high.
    fn person(&mut self, dice: &mut Dice, x: f32, tall: f32) {
        let foot = 0.985;
        let head = foot - tall;
        let wide = tall * 0.17 * self.height / self.width;
        let cloth = colour(self.palette[3], dice.between(0.85, 1.15), 1.0);
        let skin = colour(dice.of(&[0xe0ac7e, 0xd39a6a, 0xc68a5c]), 1.0, 1.0);
        self.polygon(
            &[
                (x - wide * 0.7, foot),
                (x - wide, head + tall * 0.24),
                (x + wide, head + tall * 0.24),
                (x + wide * 0.7, foot),
            ],
            cloth,
        );
        let hand = (x + wide * dice.between(-2.2, 2.2), head + tall * dice.between(0.1, 0.55));
        self.line((x + wide * 0.8, head + tall * 0.3), hand, tall * 0.06, cloth);
        self.disc(hand, tall * 0.035, skin);
        self.line((x, head + tall * 0.12), (x, head + tall * 0.26), tall * 0.07, skin);
        self.disc((x, head + tall * 0.1), tall * 0.085, skin);
        let hat = colour(dice.of(&[0xf2c230, 0xffffff, 0xd9462b, 0xe9d8a6]), 1.0, 1.0);
        let brim = wide * 0.95;
        self.polygon(
            &[
                (x - brim, head + tall * 0.075),
                (x - brim * 0.4, head - tall * 0.005),
                (x + brim * 0.4, head - tall * 0.005),
                (x + brim, head + tall * 0.075),
            ],
            hat,
        );
    }
}
