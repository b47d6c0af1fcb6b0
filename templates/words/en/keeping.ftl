keeping-saved = Saved { $at }
keeping-words = %n words
keeping-words-of = %n / %most words
keeping-waits = Not saved on the server yet. What you typed is kept on this device and will be saved by itself.
keeping-restored = What you had typed was restored.
