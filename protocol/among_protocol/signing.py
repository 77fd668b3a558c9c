"""Who signs in, and how: once by password, by signing up or with the operator's code, ever after by token, which never
costs a password hash."""

from .asking import refuse_of
from .base import Discreet, Refused
from .codes import BAD_CREDENTIALS, RESET_INVALID, Refuse
from .happenings import Up
from .logs import SyncStarted
from .passwords import ResetPassword
from .session import Hello, SignedIn, SignIn, SignUp

ENTRANCES = (SignIn, SignUp, ResetPassword)

# Of a code that was sent twice: the answer to the first time was lost, and it may have been yes.
USED = "This code is not valid any more. It may have set the password before: sign in with the new one."


class Credentials(Discreet, kw_only=True):
    """A token; or handle and password, with `sign_up` the account is made; or a reset code and the new password, with the
    handle as another way in where the code has set the password and the answer was lost."""

    token: str = ""
    handle: str = ""
    password: str = ""
    sign_up: bool = False
    display_name: str | None = None
    invite: str | None = None
    reset: str = ""  # a one-time code from the operator: sets the password
    device: str = ""  # a name for the session, for its owner


class SigningIn:
    """The way in, over several tries."""

    def __init__(self, credentials: Credentials) -> None:
        self.credentials = credentials
        self._signed_up = False  # a sign-up was sent: the account may exist, though nobody told us
        self._codes_sent = 0  # likewise: from the second on the code may be used up by the one before
        self._code: Refused | None = None  # how such a code was refused: the new password is tried
        self._signed_in: SignedIn | None = None  # for the last time

    def command(self) -> SignIn | SignUp | ResetPassword:
        """What to send now; the id is still missing."""
        mine = self.credentials
        if mine.token:
            return SignIn(id="", token=mine.token, device=mine.device)
        if mine.reset and self._code is None:
            self._codes_sent += 1
            return ResetPassword(id="", code=mine.reset, password=mine.password, device=mine.device)
        if not mine.sign_up or self._signed_up:
            return SignIn(id="", handle=mine.handle, password=mine.password, device=mine.device)
        self._signed_up = True
        return SignUp(
            id="",
            handle=mine.handle,
            password=mine.password,
            display_name=mine.display_name,
            invite=mine.invite,
            device=mine.device,
        )

    def done(self, signed_in: SignedIn) -> None:
        """From here on the token is all that is kept."""
        self._signed_in = signed_in
        token = signed_in.token or self.credentials.token
        self.credentials = Credentials(token=token, device=self.credentials.device)

    def up(self, hello: Hello, sync: SyncStarted, *, resumed: bool) -> Up:
        """What is told once the sync that follows was answered."""
        mine = self._signed_in
        assert mine is not None
        return Up(
            hello=hello,
            account=sync.account or mine.account,
            session=mine.session,
            cut=mine.cut,
            sync=sync,
            resumed=resumed,
            spared=mine.spared,
        )

    def another_way(self, refused: Refused) -> bool:
        """Whether there is something else to try after this refusal."""
        mine = self.credentials
        if mine.sign_up and self._signed_up and refused.code == BAD_CREDENTIALS.code:
            self._signed_up = False  # so the sign-up before the cut had not been carried out
            return True
        if mine.handle and self._used_up(refused):
            self._code = refused
            return True
        return False

    def why(self, refused: Refused) -> Refuse:
        """What is told of this refusal, after which there is no other way."""
        if self._used_up(refused):
            return Refuse(RESET_INVALID, USED, field=refused.field)
        if self._code is not None and refused.code == BAD_CREDENTIALS.code:
            return refuse_of(self._code)  # so the code was never any good
        return refuse_of(refused)

    def _used_up(self, refused: Refused) -> bool:
        return self._codes_sent > 1 and refused.code == RESET_INVALID.code
