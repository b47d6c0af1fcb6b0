keeping-saved = Đã lưu { $at }
keeping-words = %n chữ
keeping-words-of = %n / %most chữ
keeping-waits = Chưa lưu lên máy chủ được. Những gì bạn gõ vẫn được giữ trên máy này, sẽ tự lưu.
keeping-restored = Đã khôi phục những gì bạn gõ dở.
