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
    Bài “{ $title }”, mã { $code }, cần được sửa chậm nhất { $until }.
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
letter-crew-subject = Mời tham gia tổ chức cuộc thi – { $contest }
letter-crew-body =
    Bạn được giao việc trong cuộc thi “{ $contest }”: { $role }.

    Đăng nhập bằng địa chỉ e-mail này tại { $address }
letter-opened-subject = Đã có bài để chấm – { $contest }
letter-opened-body =
    Vòng chấm “{ $round }” của cuộc thi “{ $contest }” đã mở. Hạn chấm: { $until }.

    Đăng nhập bằng địa chỉ e-mail này và chấm bài tại { $address }
letter-result-subject = Đã có kết quả – { $contest }
letter-result-body =
    Cuộc thi “{ $contest }” đã công bố kết quả. Bài “{ $title }”, mã { $code }, lần này chưa đoạt giải. Ban tổ chức cảm ơn bạn đã tham gia.

    Xem kết quả tại { $results }
letter-corrected-subject = Kết quả đã được đính chính – { $contest }
letter-corrected-body =
    Kết quả cuộc thi “{ $contest }” đã được công bố lại sau khi đính chính. Bạn nhận thư này vì có bài “{ $title }”, mã { $code }.

    Xem kết quả và lý do đính chính tại { $results }
letter-draft-subject = Bài dự thi chưa gửi – { $contest }
letter-draft-body =
    Bạn đã bắt đầu bài dự thi mã { $code } nhưng chưa gửi. Hạn nhận bài là { $closes }.

    Mở lại trên máy đã dùng, hoặc nhập mã bản nháp, tại { $enter }
letter-repair-subject = Bài dự thi sắp hết hạn bổ sung – { $contest }
letter-repair-body =
    Bài “{ $title }”, mã { $code }, cần được sửa và gửi lại chậm nhất { $until }.

    Sửa bài tại { $address }
letter-sheets-subject = Còn phiếu chưa chấm – { $contest }
letter-sheets-body =
    Bạn còn { $count } phiếu chưa chấm của cuộc thi “{ $contest }”. Hạn chấm là { $until }.

    Chấm tiếp tại { $address }
letter-disqualified-subject = Bài dự thi bị loại – { $contest }
letter-disqualified-body =
    Bài “{ $title }”, mã { $code }, bị ban tổ chức loại khỏi cuộc thi.
    Lý do: { $reason }

    Xem tình trạng bài, và cách khiếu nại, tại { $address }
letter-guardian-subject = Cần sự đồng ý của bạn cho bài dự thi của { $name } – { $contest }
letter-guardian-body =
    { $name } đã gửi bài “{ $title }” dự thi “{ $contest }” và ghi bạn là người đại diện theo pháp luật. Bài chỉ được duyệt khi bạn đồng ý.

    Xem bài và trả lời tại { $address }

    Nếu bạn không phải người đại diện của { $name }, hãy bỏ qua thư này.
letter-guardian-again-subject = Nhắc lại: cần sự đồng ý của bạn cho bài dự thi của { $name } – { $contest }
letter-guardian-again-body =
    Bài “{ $title }” của { $name } vẫn đang chờ bạn đồng ý hoặc từ chối. Đây là lần nhắc cuối.

    Xem bài và trả lời tại { $address }
