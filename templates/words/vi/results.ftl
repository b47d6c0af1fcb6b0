second-person-needed = Việc này cần người thứ hai: người đề xuất không tự duyệt được.
result-not-ready = Kết quả chưa sẵn sàng để công bố.
order-same-place = Hai bài được ghi cùng một thứ tự. Hãy ghi mỗi bài một số khác nhau, 1 là đứng trước.
result-window-open = Còn phần chưa kết thúc, đến { $until }.
result-round-open = Vòng chấm “{ $round }” chưa kết thúc.
result-votes-coming = Một số phiếu gửi đúng giờ còn đang trên đường vào sổ. Hãy chờ vài giây rồi tải lại trang.
result-tally-disagrees = Số phiếu tổng không khớp với từng phiếu. Chưa được công bố; hãy báo quản trị viên.
result-counts-unconfirmed = Còn { $count } số liệu bên ngoài chờ người thứ hai xác nhận.
result-tie = Bảng “{ $table }”: { $count } bài bằng nhau ở hạng { $place }, thứ tự ảnh hưởng đến giải. Hội đồng cần biểu quyết và ghi biên bản.
result-nothing = Chưa có bài hợp lệ nào để xếp hạng.
result-changed = Có thay đổi sau khi đề xuất (điểm, phiếu hoặc quyết định). Hãy xem lại và đề xuất lần nữa.
result-proposed-already = Đã có một đề xuất đang chờ duyệt.
result-not-proposed = Hiện không có đề xuất kết quả nào.
reason-needed = Hãy ghi lý do.
too-few-go-up = Có { $chosen } bài được gửi lên, thể lệ yêu cầu ít nhất { $least }.
too-many-go-up = Có { $chosen } bài đủ điều kiện gửi lên, thể lệ cho tối đa { $most }. Hãy chọn bài được gửi và ghi lý do.
result-unchecked = Còn { $count } bài chưa duyệt xong.
no-heir = Hãy chọn người kế tiếp nhận giải trong số những người bằng điểm.
source-votes = Phiếu bình chọn
source-outside-points = Điểm tương tác bên ngoài
source-accepted-entries = Số bài hợp lệ
source-entries-per-thousand = Số bài hợp lệ trên 1.000 đoàn viên
sheet-raw = { $source }: { $raw } điểm
sheet-share-of-max = { $source }: { $raw }; 100 × { $raw } ÷ { $greatest } (cao nhất) = { $points }
sheet-share-of-cap = { $source }: { $raw }; 100 × { $raw } (nhiều nhất { $cap }) ÷ { $cap } = { $points }
sheet-rank-points = { $source }: { $raw }, hạng { $place }, số bài cùng hạng { $equal }; { $sum } điểm ÷ { $equal } = { $points }
sheet-percentile = { $source }: { $raw }; 100 × ({ $below } bài thấp hơn + { $others } bài bằng ÷ 2) ÷ { $rest } bài khác = { $points }
sheet-log-share = { $source }: { $raw }; 100 × ln(1 + { $raw }) ÷ ln(1 + { $greatest }) = { $points }
sheet-sum = { $sum } = { $result } (làm tròn đến { $decimals } chữ số thập phân)
sheet-tie = Bằng điểm bài đứng trước; xét { $name }: { $before } so với { $own }
sheet-tie-earlier = Bằng điểm bài đứng trước; bài đó gửi sớm hơn
sheet-tie-decision = Bằng điểm bài đứng trước; thứ tự do hội đồng quyết định, có ghi biên bản
formula-raw = điểm giữ nguyên
formula-share-of-max = tỷ lệ so với bài cao nhất, bài cao nhất được 100
formula-share-of-cap = tỷ lệ so với mức { $cap }, đạt mức được 100
formula-rank-points = điểm theo thứ hạng { $points }
formula-percentile = vị trí phần trăm từ 0 đến 100
formula-log-share = tỷ lệ theo lôgarit, bài cao nhất được 100
promotion = Gửi bài lên cấp trên
prize-stays-full = Thể lệ không cho phép để trống giải này.
act-contest-made = lập cuộc thi
act-contest-changed = sửa cuộc thi
act-contest-announced = công bố cuộc thi
act-contest-cancelled = hủy cuộc thi
act-judge-added = thêm giám khảo
act-judge-left = giám khảo rời hội đồng
act-judge-finished = giám khảo chốt phiếu
act-judge-unlocked = mở lại phiếu đã chốt
act-work-passed-on = chuyển bài của giám khảo chậm
act-paper-keyed = nhập phiếu chấm giấy
act-paper-checked = đối chiếu phiếu chấm giấy
act-paper-sent-back = trả lại phiếu chấm giấy
act-judge-stepped-aside = giám khảo rút khỏi một bài
act-round-opened = mở vòng chấm
act-round-closed = kết thúc vòng chấm
act-round-reopened = mở lại vòng chấm
act-screening-undone = lấy lại kết luận duyệt bài
act-outside-counts-typed = nhập số liệu ngoài
act-outside-counts-confirmed = xác nhận số liệu ngoài
act-outside-counts-refused = không nhận số liệu ngoài
act-result-proposed = đề xuất công bố kết quả
act-result-published = công bố kết quả
act-result-dropped = bỏ đề xuất công bố
act-result-refused = không phê duyệt kết quả
act-complaint-decided = giải quyết khiếu nại
act-award-noted = ghi nhận việc trao giải
act-award-passed-on = chuyển giải cho người kế tiếp
act-certificates-made = lập giấy chứng nhận
