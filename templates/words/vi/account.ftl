session-title = Đăng nhập
session-why = Nhập địa chỉ e-mail, chúng tôi gửi cho bạn một mã gồm 6 chữ số. Chúng tôi không bao giờ hỏi mật khẩu Zalo, Facebook hay mã của dịch vụ khác.
session-email = Địa chỉ e-mail
session-name = Họ và tên
session-send = Gửi mã cho tôi
session-sent = Nếu { $email } nhận được thư, mã sẽ tới trong một phút. Mã dùng được 10 phút, chỉ trên máy này.
session-code = Mã 6 chữ số
session-in = Đăng nhập
session-again = Gửi lại mã
session-by-password = Đăng nhập bằng mật khẩu
session-password = Mật khẩu
setup-title = Quản trị viên đầu tiên
setup-why = Đường dẫn này dùng một lần. Người điền biểu mẫu trở thành quản trị viên của toàn bộ trang.
way-in-title = Đăng nhập bằng đường dẫn
way-in-why = Đường dẫn này dùng một lần và đưa bạn vào tài khoản { $name }.
way-in-do = Đăng nhập
setup-do = Trở thành quản trị viên
email-unreadable = Đây chưa phải là địa chỉ e-mail. Ví dụ đúng: ten@congty.vn
code-too-soon = Mã vừa được gửi. Hãy chờ nửa phút rồi xin mã khác.
code-too-often = Đã xin quá nhiều mã trong một giờ. Hãy dùng mã mới nhất hoặc chờ một giờ.
code-wrong = Mã không đúng, đã hết hạn hoặc được xin trên máy khác. Hãy nhập lại hoặc xin mã mới.
password-wrong = Địa chỉ e-mail hoặc mật khẩu không đúng.
password-weak = Mật khẩu phải có ít nhất 15 ký tự và không phải là từ ai cũng thử trước.
link-does-not-work = Đường dẫn này đã được dùng, đã quá hạn hoặc không đúng.
account-disabled = Tài khoản này đã bị khóa. Hãy liên hệ quản trị viên.
person-unknown = Không tìm thấy người này.
too-often = Đã thử quá nhiều lần. Hãy chờ vài phút rồi thử lại.
unit-unknown = Không tìm thấy đơn vị “{ $code }”. Hãy chọn đơn vị trong danh sách.
unit-circle = Một đơn vị không thể nằm dưới chính nó.
unit-line-unreadable = Không đọc được dòng này.
unit-code-unreadable = Mã đơn vị chỉ gồm chữ thường không dấu, số và dấu gạch nối.
unit-name-missing = Thiếu tên đơn vị.
unit-type-unknown = Không có loại đơn vị này.
unit-parent-unknown = Không có đơn vị cấp trên này.
letter-code-subject = Mã đăng nhập Hội Thi
letter-code-body =
    Mã đăng nhập của bạn: { $code }

    Mã dùng được 10 phút, chỉ trên máy đã xin mã, tại { $site }
    Không đưa mã này cho ai. Nếu bạn không xin mã, hãy bỏ qua thư này.
session-for-whom = Đăng nhập là việc của cán bộ, giám khảo và ban tổ chức. Gửi bài và bình chọn không cần tài khoản; xem bài đã gửi ở:
