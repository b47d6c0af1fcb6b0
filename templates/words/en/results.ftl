second-person-needed = This needs a second person: whoever proposes does not approve.
result-not-ready = The result is not ready to be published.
order-same-place = Two works have the same number. Give each another one; 1 goes first.
result-window-open = Something is still open, until { $until }.
result-round-open = The judging round “{ $round }” is not closed.
result-votes-coming = Some votes that were sent in time are still on their way into the log. Wait a few seconds and load the page again.
result-tally-disagrees = The tally does not agree with the votes. It cannot be published; please tell the administrator.
result-counts-unconfirmed = { $count } outside counts wait for a second person.
result-tie = Table “{ $table }”: { $count } are equal at place { $place }, and their order decides about a prize. The jury has to decide, on the record.
result-nothing = There are no valid entries to rank.
result-changed = Something changed after the proposal (marks, votes or decisions). Look again and propose once more.
result-proposed-already = A proposal waits to be approved already.
result-not-proposed = No result is proposed, or no longer.
reason-needed = Please give a reason.
too-few-go-up = { $chosen } entries go up, the rules ask for at least { $least }.
too-many-go-up = { $chosen } entries may go up, the rules allow at most { $most }. Choose which go up, and give the reason.
result-unchecked = { $count } entries are not checked yet.
no-heir = Choose who is next in line among those who are equal.
source-votes = Votes
source-outside-points = Points of outside counts
source-accepted-entries = Accepted entries
source-entries-per-thousand = Accepted entries for each 1,000 members
sheet-raw = { $source }: { $raw } points
sheet-share-of-max = { $source }: { $raw }; 100 × { $raw } ÷ { $greatest } (greatest) = { $points }
sheet-share-of-cap = { $source }: { $raw }; 100 × { $raw } (at most { $cap }) ÷ { $cap } = { $points }
sheet-rank-points = { $source }: { $raw }, place { $place }, equal there: { $equal }; { $sum } points ÷ { $equal } = { $points }
sheet-percentile = { $source }: { $raw }; 100 × ({ $below } below + { $others } equal ÷ 2) ÷ { $rest } others = { $points }
sheet-log-share = { $source }: { $raw }; 100 × ln(1 + { $raw }) ÷ ln(1 + { $greatest }) = { $points }
sheet-sum = { $sum } = { $result } (rounded to { $decimals } decimal places)
sheet-tie = Equal to the one before; by { $name }: { $before } against { $own }
sheet-tie-earlier = Equal to the one before, which was submitted earlier
sheet-tie-decision = Equal to the one before; the order was decided by the jury, on the record
formula-raw = points as they are
formula-share-of-max = share of the greatest, which gets 100
formula-share-of-cap = share of { $cap }, which gets 100
formula-rank-points = points by place: { $points }
formula-percentile = percentile from 0 to 100
formula-log-share = share by logarithm, the greatest gets 100
promotion = Sending entries up
prize-stays-full = The rules do not let this prize stay empty.
act-contest-made = contest made
act-contest-changed = contest changed
act-contest-announced = contest announced
act-contest-cancelled = contest cancelled
act-judge-added = judge added
act-judge-left = judge left the panel
act-judge-finished = judge declared the sheets final
act-judge-unlocked = opened final sheets again
act-work-passed-on = passed a late judge's work on
act-paper-keyed = keyed in sheets from paper
act-paper-checked = compared sheets with the paper
act-paper-sent-back = sent sheets from paper back
act-judge-stepped-aside = judge stepped aside from an entry
act-round-opened = round opened
act-round-closed = round closed
act-round-reopened = round opened again
act-screening-undone = finding taken back
act-outside-counts-typed = outside counts typed
act-outside-counts-confirmed = outside counts confirmed
act-outside-counts-refused = outside counts refused
act-result-proposed = result proposed
act-result-published = result published
act-result-dropped = proposal dropped
act-result-refused = result not approved
act-complaint-decided = complaint decided
act-award-noted = award noted
act-award-passed-on = prize passed on
act-certificates-made = certificates made
