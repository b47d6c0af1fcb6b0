//! Workbooks as people hand them in.

/// A workbook of one sheet; what is written as a number is a number there, as in anybody's office.
pub fn book(rows: &[&[&str]]) -> Vec<u8> {
    let mut book = rust_xlsxwriter::Workbook::new();
    let sheet = book.add_worksheet();
    for (row, cells) in (0..).zip(rows) {
        for (column, cell) in (0..).zip(*cells) {
            let written = match cell.parse::<f64>() {
                Ok(number) => sheet.write_number(row, column, number),
                Err(_) => sheet.write_string(row, column, *cell),
            };
            written.expect("written");
        }
    }
    book.save_to_buffer().expect("a workbook")
}
