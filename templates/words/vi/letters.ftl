letter-receipt-subject = Đã nhận bài dự thi { $number } – { $contest }
letter-receipt-body =
    Ban tổ chức đã nhận bài “{ $title }”, mã { $code }, số { $number }.

    Xem tình trạng bài tại { $address }
letter-accepted-subject = Bài dự thi hợp lệ – { $contest }
letter-accepted-body =
    Bài “{ $title }”, mã { $code }, đã được duyệt hợp lệ.

    Xem tại { $address }
letter-returned-subject = Bài dự thi cần bổ sung – { $contest }
letter-returned-body =
    Bài “{ $title }”, mã { $code }, cần được sửa trước { $until }.
    Lý do: { $reason }. { $note }

    Sửa bài tại { $address }
letter-rejected-subject = Bài dự thi không hợp lệ – { $contest }
letter-rejected-body =
    Bài “{ $title }”, mã { $code }, không được nhận.
    Lý do: { $reason }. { $note }

    Xem tại { $address }
letter-won-subject = Chúc mừng bạn đoạt giải – { $contest }
letter-won-body =
    Bài “{ $title }”, mã { $code }, đã đoạt giải.

    Xem kết quả tại { $address }
letter-seat-subject = Mời chấm thi – { $contest }
letter-seat-body =
    Bạn được mời làm giám khảo cuộc thi “{ $contest }”.

    Đăng nhập bằng địa chỉ e-mail này tại { $address }
