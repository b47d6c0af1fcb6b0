layout-site = Hội Thi
layout-skip = Go to the main content
layout-ways = Main ways
layout-contests = Contests
layout-receipts = Look up an entry
layout-desk = Desk
layout-promise = An entry that was submitted and a vote that was counted are never lost. A vote page never asks for a password.
