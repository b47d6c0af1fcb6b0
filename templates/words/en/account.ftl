session-title = Sign in
session-why = Enter your e-mail address and we send you a code of six digits. We never ask for a Zalo or Facebook password, nor for another service's code.
session-email = E-mail address
session-name = Full name
session-send = Send me a code
session-sent = If { $email } can receive mail, the code arrives within a minute. It works for ten minutes, on this device only.
session-code = Six-digit code
session-in = Sign in
session-again = Send another code
session-by-password = Sign in with a password
session-password = Password
setup-title = First administrator
setup-why = This link works once. Whoever fills in the form becomes the administrator of the whole site.
way-in-title = Sign in with a link
way-in-why = This link works once and signs you in as { $name }.
way-in-do = Sign in
setup-do = Become the administrator
email-unreadable = This is no e-mail address yet. A right one looks like name@company.vn
code-too-soon = A code was sent just now. Wait half a minute before you ask for another.
code-too-often = Too many codes were asked for within an hour. Use the newest one, or wait an hour.
code-wrong = The code is wrong, too old, or was asked for on another device. Type it again or ask for a new one.
password-wrong = E-mail address or password is wrong.
password-weak = A password needs at least 15 characters and must not be a word that everybody tries first.
link-does-not-work = This link was used, is too old, or is not right.
account-disabled = This account is switched off. Please ask the administrator.
person-unknown = There is no such person.
too-often = Tried too often. Wait a few minutes and try again.
unit-unknown = There is no unit “{ $code }”. Please choose one from the list.
unit-circle = A unit cannot stand below itself.
unit-line-unreadable = This line cannot be read.
unit-code-unreadable = A unit's code has only lower-case letters, digits and hyphens.
unit-name-missing = The unit's name is missing.
unit-type-unknown = There is no such type of unit.
unit-parent-unknown = There is no such unit above.
letter-code-subject = Your Hội Thi sign-in code
letter-code-body =
    Your sign-in code: { $code }

    It works for ten minutes, on the device that asked for it, at { $site }
    Give it to nobody. If you did not ask for it, ignore this letter.
session-for-whom = Signing in is for officers, judges and organisers. Entering and voting need no account; see what you have entered at:
