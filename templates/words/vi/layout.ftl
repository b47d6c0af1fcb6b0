layout-site = Hội Thi
layout-skip = Tới nội dung chính
layout-ways = Các lối chính
layout-contests = Các cuộc thi
layout-receipts = Tra cứu bài dự thi
layout-desk = Bàn làm việc
layout-promise = Bài đã nộp và phiếu đã được tính thì không mất. Trang bình chọn không bao giờ hỏi mật khẩu.
