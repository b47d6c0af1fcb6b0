//! Plausible Vietnamese people and works for the demo; nobody real is meant.

/// Family names with the share of people who bear them, in per cent.
const FAMILY: [(&str, u32); 12] = [
    ("Nguyễn", 38),
    ("Trần", 12),
    ("Lê", 10),
    ("Phạm", 7),
    ("Huỳnh", 5),
    ("Hoàng", 5),
    ("Phan", 5),
    ("Vũ", 4),
    ("Đặng", 4),
    ("Bùi", 4),
    ("Đỗ", 3),
    ("Ngô", 3),
];

const WOMEN: [(&str, &str); 12] = [
    ("Thị", "Hương"),
    ("Thị Thu", "Hà"),
    ("Thị Ngọc", "Ánh"),
    ("Thanh", "Tâm"),
    ("Thị Mỹ", "Duyên"),
    ("Thùy", "Linh"),
    ("Thị Kim", "Oanh"),
    ("Bích", "Phượng"),
    ("Thị", "Lựu"),
    ("Minh", "Nguyệt"),
    ("Thị Hồng", "Gấm"),
    ("Cẩm", "Tú"),
];

const MEN: [(&str, &str); 12] = [
    ("Văn", "Hùng"),
    ("Đức", "Thắng"),
    ("Quốc", "Bảo"),
    ("Minh", "Khôi"),
    ("Văn", "Sỹ"),
    ("Hữu", "Nghĩa"),
    ("Công", "Danh"),
    ("Anh", "Dũng"),
    ("Xuân", "Trường"),
    ("Thành", "Đạt"),
    ("Ngọc", "Quý"),
    ("Trọng", "Ước"),
];

const PHOTOS: [&str; 24] = [
    "Nụ cười sau ca đêm",
    "Mưa trên công trường",
    "Giữ lửa lò hơi",
    "Đôi tay người thợ may",
    "Bữa cơm công đoàn",
    "Chuyến phà sớm",
    "Sửa điện trong bão",
    "Ánh đèn phân xưởng",
    "Mùa gặt ở nông trường",
    "Thợ hàn trên cao",
    "Ngày hội gia đình công nhân",
    "Lớp học trong khu trọ",
    "Người gác chắn tàu",
    "Ca trực giao thừa",
    "Bàn tay vàng",
    "Nắng sớm trên bến cảng",
    "Chị tổ trưởng",
    "Thể dục giữa giờ",
    "Mái ấm công đoàn",
    "Cuối ca",
    "Kiểm hàng",
    "Nhịp máy",
    "Đội cứu hộ",
    "Tan tầm",
];

const FILMS: [&str; 2] = ["Mỗi ca làm là một ca an toàn", "Năm phút trước khi vào ca"];

const ESSAYS: [&str; 12] = [
    "Người giữ tủ sách của xóm trọ",
    "Chiếc áo mưa chia đôi",
    "Bếp ăn không tắt lửa",
    "Lá thư gửi chị chủ tịch công đoàn",
    "Hai mươi năm một chuyến xe",
    "Ngày tôi trở lại xưởng",
    "Góc nhỏ của anh Tư bảo trì",
    "Đêm hội trăng rằm ở khu công nghiệp",
    "Câu chuyện của người gác kho",
    "Vòng tay giữa mùa dịch",
    "Sáng kiến từ chiếc xe đẩy cũ",
    "Một suất cơm, một tấm lòng",
];

/// The full name of the person with this number.
#[must_use]
pub fn name(number: u64) -> String {
    let mut share = (number * 37 % 100) as u32;
    let family = FAMILY.iter().find(|(_, weight)| {
        let found = share < *weight;
        share = share.saturating_sub(*weight);
        found
    });
    let given = if number.is_multiple_of(2) { &WOMEN } else { &MEN };
    let (middle, given) = given[(number / 2 * 5 % given.len() as u64) as usize];
    format!("{} {middle} {given}", family.map_or("Nguyễn", |(name, _)| name))
}

/// The title of the photograph with this number.
#[must_use]
pub fn photo_title(number: u64) -> &'static str {
    PHOTOS[(number % PHOTOS.len() as u64) as usize]
}

/// The title of the film with this number.
#[must_use]
pub fn film_title(number: u64) -> &'static str {
    FILMS[(number % FILMS.len() as u64) as usize]
}

/// The title of the essay with this number.
#[must_use]
pub fn essay_title(number: u64) -> &'static str {
    ESSAYS[(number % ESSAYS.len() as u64) as usize]
}

const SENTENCES: [&str; 14] = [
    "Tôi vào xưởng từ năm mười chín tuổi, khi con đường trước cổng còn là đất đỏ.",
    "Mỗi sáng, trước khi chuông reo, chị đã có mặt để mở cửa và pha một ấm trà.",
    "Công đoàn đến thăm vào đúng hôm mưa lớn nhất, mang theo mấy tấm bạt và những lời hỏi han.",
    "Không ai gọi đó là việc lớn, nhưng cả xóm trọ nhớ mãi.",
    "Anh bảo trì lặng lẽ sửa chiếc quạt cho từng phòng, không lấy một đồng công.",
    "Những tháng khó khăn ấy, bếp ăn của tổ công đoàn chưa một ngày tắt lửa.",
    "Tôi học được rằng bàn tay nắm lấy bàn tay thì việc nặng mấy cũng nhẹ đi.",
    "Chị cười, bảo rằng người ta sống được với nhau là nhờ cái tình.",
    "Buổi họp tổ hôm đó kéo dài đến khuya, vì ai cũng muốn góp một phần.",
    "Con tôi giờ đã vào đại học, vẫn nhắc suất học bổng đầu tiên của công đoàn.",
    "Có những đêm tăng ca, cả chuyền cùng hát cho đỡ buồn ngủ.",
    "Người đồng nghiệp ấy đã nghỉ hưu, nhưng mỗi dịp Tết vẫn ghé lại cổng nhà máy.",
    "Từ một sáng kiến nhỏ, chiếc xe đẩy cũ đã tiết kiệm cho xưởng hàng trăm giờ công.",
    "Tôi viết những dòng này như một lời cảm ơn muộn.",
];

/// The essay with this number, at least `length` words long.
#[must_use]
pub fn essay(number: u64, length: usize) -> String {
    let mut text = String::new();
    let mut words = 0;
    let mut step = number;
    while words < length {
        step = step.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        let sentence = SENTENCES[((step >> 33) % SENTENCES.len() as u64) as usize];
        words += sentence.split_whitespace().count();
        text.push_str(sentence);
        text.push_str(if words % 5 == 0 { "\n" } else { " " });
    }
    text
}
