//! Tables that break between rows, with their heads again on every page.

use super::book::{PartId, Role};
use super::face::{self, Weight};
use super::flow::{Flow, LEFT, RIGHT, Style};
use super::{Colour, INK, RULE};

/// White space around the text of a cell.
const PAD: (f32, f32) = (4.0, 3.0);

/// A column.
#[derive(Clone, Debug)]
pub struct Column {
    /// What stands above it.
    pub head: String,
    /// Its part of the width, beside those of the others.
    pub share: f32,
    /// Whether it holds numbers, which stand at its right edge.
    pub is_number: bool,
}

/// What stands in a cell: texts under each other.
#[derive(Clone, Debug, Default)]
pub struct Cell(pub Vec<(Style, String)>);

impl From<String> for Cell {
    fn from(text: String) -> Self {
        Self(vec![(Style::Text, text)])
    }
}

impl From<&str> for Cell {
    fn from(text: &str) -> Self {
        text.to_owned().into()
    }
}

/// A table; the cell of the column `heads` says what its row is about.
#[derive(Clone, Debug)]
pub struct Table {
    /// Its columns.
    pub columns: Vec<Column>,
    /// Which of them names the rows.
    pub heads: usize,
    /// Rows, each with a cell for every column.
    pub rows: Vec<Vec<Cell>>,
}

/// A line of a cell.
type Line = (Style, String);

impl Flow {
    /// Sets a table.
    pub fn table(&mut self, table: &Table) {
        let all: f32 = table.columns.iter().map(|column| column.share).sum();
        let mut edges = vec![LEFT];
        for column in &table.columns {
            edges.push(edges[edges.len() - 1] + column.share / all * (RIGHT - LEFT));
        }
        let part = self.book.part(Role::Table, None);
        let heads =
            table.columns.iter().map(|column| Cell(vec![(Style::Strong, column.head.clone())]));
        let heads = cells(&heads.collect::<Vec<_>>(), &edges);
        let height = height(&heads) + 2.0 * PAD.1;
        self.room(height + 3.0 * Style::Text.line());
        let row = self.book.part(Role::Row, Some(part));
        self.heads(table, &edges, &heads, Some(row));
        for row in &table.rows {
            let lines = cells(row, &edges);
            let own = self.book.part(Role::Row, Some(part));
            let parts: Vec<PartId> = (0..table.columns.len())
                .map(|at| if at == table.heads { Role::RowHead } else { Role::Cell })
                .map(|role| self.book.part(role, Some(own)))
                .collect();
            self.row(table, &edges, (&lines, &parts), &heads);
        }
        self.y += 6.0;
    }

    /// Sets the heads; those of a page that the table runs on to are decoration.
    fn heads(&mut self, table: &Table, edges: &[f32], heads: &[Vec<Line>], row: Option<PartId>) {
        let parts: Option<Vec<PartId>> = row.map(|row| {
            table.columns.iter().map(|_| self.book.part(Role::Head, Some(row))).collect()
        });
        let height = height(heads) + 2.0 * PAD.1;
        self.book.fill([LEFT, self.y, RIGHT - LEFT, height], [0xec, 0xee, 0xf2]);
        self.y += PAD.1;
        self.cells(table, edges, heads, parts.as_deref());
        self.y += height - PAD.1;
        self.rule(INK);
    }

    /// Sets a row; one that is higher than a page runs on over the next.
    fn row(
        &mut self,
        table: &Table,
        edges: &[f32],
        (lines, parts): (&[Vec<Line>], &[PartId]),
        heads: &[Vec<Line>],
    ) {
        let most = Self::whole() - height(heads) - 2.0 * PAD.1;
        let mut rest: Vec<Vec<Line>> = lines.to_vec();
        loop {
            let need = height(&rest) + 2.0 * PAD.1;
            let left = self.left();
            if need > left && (need <= most || left < most / 3.0) {
                self.turn();
                self.heads(table, edges, heads, None);
            }
            let fits = self.left() - 2.0 * PAD.1;
            let (now, later) =
                rest.iter().map(|cell| split(cell, fits)).unzip::<_, _, Vec<_>, Vec<_>>();
            self.y += PAD.1;
            self.cells(table, edges, &now, Some(parts));
            self.y += height(&now) + PAD.1;
            self.rule(RULE);
            if later.iter().all(Vec::is_empty) {
                return;
            }
            rest = later;
        }
    }

    /// Sets the lines of cells beside each other, from here on down.
    fn cells(
        &mut self,
        table: &Table,
        edges: &[f32],
        cells: &[Vec<Line>],
        parts: Option<&[PartId]>,
    ) {
        let top = self.y;
        for (at, cell) in cells.iter().enumerate() {
            self.y = top;
            for (style, line) in cell {
                let look: (Weight, f32, Colour) = style.look();
                let x = if table.columns[at].is_number {
                    edges[at + 1] - PAD.0 - face::width(line, look.0, look.1)
                } else {
                    edges[at] + PAD.0
                };
                let place = (x, self.stand(look.1));
                self.book.text(place, line, look, parts.map(|parts| parts[at]));
                self.y += style.line();
            }
        }
        self.y = top;
    }

    fn rule(&mut self, colour: Colour) {
        self.book.fill([LEFT, self.y, RIGHT - LEFT, 0.5], colour);
    }
}

/// The lines of each cell of a row.
fn cells(row: &[Cell], edges: &[f32]) -> Vec<Vec<Line>> {
    let lines = |(at, cell): (usize, &Cell)| {
        let wide = edges[at + 1] - edges[at] - 2.0 * PAD.0;
        let lines = cell.0.iter().flat_map(|(style, text)| {
            let (weight, size, _) = style.look();
            face::lines(text, weight, size, wide).into_iter().map(|line| (*style, line))
        });
        lines.collect()
    };
    row.iter().enumerate().map(lines).collect()
}

/// The height of the highest cell.
fn height(cells: &[Vec<Line>]) -> f32 {
    let one = |cell: &Vec<Line>| cell.iter().map(|(style, _)| style.line()).sum::<f32>();
    cells.iter().map(one).fold(0.0, f32::max)
}

/// What of a cell fits into a height, at least one line of it, and the rest.
fn split(cell: &[Line], height: f32) -> (Vec<Line>, Vec<Line>) {
    let mut used = 0.0;
    let fits = cell.iter().take_while(|(style, _)| {
        used += style.line();
        used <= height
    });
    let (now, later) = cell.split_at(fits.count().max(1).min(cell.len()));
    (now.to_vec(), later.to_vec())
}
