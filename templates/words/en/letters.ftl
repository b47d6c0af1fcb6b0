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
    “{ $title }”, code { $code }, has to be mended before { $until }.
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
