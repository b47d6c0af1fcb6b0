letter-receipt-subject = Entry { $number } received – { $contest }
letter-receipt-body =
    The organisers have received “{ $title }”, code { $code }, number { $number }.

    See how it stands at { $address }
letter-accepted-subject = Your entry is valid – { $contest }
letter-accepted-body =
    “{ $title }”, code { $code }, was found valid.

    See it at { $address }
letter-returned-subject = Your entry needs mending – { $contest }
letter-returned-body =
    “{ $title }”, code { $code }, has to be mended by { $until }.
    Reason: { $reason }. { $note }

    Mend it at { $address }
letter-rejected-subject = Your entry is not valid – { $contest }
letter-rejected-body =
    “{ $title }”, code { $code }, was not taken.
    Reason: { $reason }. { $note }

    See it at { $address }
letter-won-subject = Congratulations on your prize – { $contest }
letter-won-body =
    “{ $title }”, code { $code }, has won a prize.

    See the result at { $address }
letter-seat-subject = Invitation to judge – { $contest }
letter-seat-body =
    You are invited to judge the contest “{ $contest }”.

    Sign in with this e-mail address at { $address }
letter-crew-subject = You are asked to help run a contest – { $contest }
letter-crew-body =
    You were given a part in the contest “{ $contest }”: { $role }.

    Sign in with this e-mail address at { $address }
letter-opened-subject = Entries wait to be judged – { $contest }
letter-opened-body =
    The judging round “{ $round }” of the contest “{ $contest }” is open, until { $until }.

    Sign in with this e-mail address and judge at { $address }
letter-result-subject = The result is out – { $contest }
letter-result-body =
    The result of “{ $contest }” has been published. Your entry “{ $title }”, code { $code }, won no prize this time. Thank you for taking part.

    See the result at { $results }
letter-corrected-subject = The result was corrected – { $contest }
letter-corrected-body =
    The result of “{ $contest }” has been published anew after a correction. You get this letter because of your entry “{ $title }”, code { $code }.

    See the result, and why it was corrected, at { $results }
letter-draft-subject = Your entry is not sent yet – { $contest }
letter-draft-body =
    You began the entry { $code } but have not sent it. Entries are taken until { $closes }.

    Take it up again in the browser that you used, or by the draft's code, at { $enter }
letter-repair-subject = Your entry has to be mended soon – { $contest }
letter-repair-body =
    Your entry “{ $title }”, code { $code }, has to be mended and sent again by { $until }.

    Mend it at { $address }
letter-sheets-subject = Sheets wait for you – { $contest }
letter-sheets-body =
    You have { $count } sheets left to fill of “{ $contest }”. The round ends at { $until }.

    Go on at { $address }
letter-disqualified-subject = Your entry was disqualified – { $contest }
letter-disqualified-body =
    The organisers struck your entry “{ $title }”, code { $code }, out of the contest.
    Reason: { $reason }

    See where it stands, and how to complain, at { $address }
letter-guardian-subject = Your consent to the entry of { $name } – { $contest }
letter-guardian-body =
    { $name } has sent in “{ $title }” to “{ $contest }” and named you as legal representative. The entry is accepted only when you agree.

    See the entry and answer at { $address }

    If you are not the legal representative of { $name }, leave this letter alone.
letter-guardian-again-subject = Once more: your consent to the entry of { $name } – { $contest }
letter-guardian-again-body =
    “{ $title }” by { $name } still waits for your yes or no. This is the last reminder.

    See the entry and answer at { $address }
