"""Second factors and passkeys: the library's own forms, behind our limit, our clock and our law.

Codes of an authenticator app open once and may be a step of 30 seconds early or late. Codes for a lost
phone are kept as HMACs, so they are shown once. A passkey has to have asked for a PIN or a finger,
and each of its answers is taken once. Any change suspends a signer's vote (law 10); the suspension is
committed first, so a crash between the two leaves a vote that waits, never one that should.
"""

import hashlib
import hmac
from collections.abc import Mapping
from datetime import timedelta
from functools import partial
from typing import Any

from flask import Flask, current_app, flash, redirect, session, url_for
from flask_security import (
    MfRecoveryCodesUtil,
    Totp,
    WebauthnUtil,
    current_user,
    password_changed,
    tf_code_confirmed,
    tf_disabled,
    tf_profile_changed,
    wan_deleted,
    wan_registered,
)
from flask_security.forms import (
    ChangePasswordForm,
    TwoFactorRescueForm,
    TwoFactorSetupForm,
    TwoFactorVerifyCodeForm,
    VerifyForm,
)
from flask_security.recovery_codes import MfRecoveryForm
from flask_security.webauthn import (
    WebAuthnRegisterForm,
    WebAuthnRegisterResponseForm,
    WebAuthnSigninForm,
    WebAuthnSigninResponseForm,
)
from passlib.totp import TOTP
from webauthn.helpers.structs import (
    AuthenticatorSelectionCriteria,
    ResidentKeyRequirement,
    UserVerificationRequirement,
)
from wtforms import StringField

from reviewer.config import Settings
from reviewer.errors import NotAllowed
from reviewer.service import Clock, Services
from reviewer.web.proof import begin_attempt, check_local, end_attempt, proved_now

STEP_SECONDS = 30
RECOVERY_CODES = 10
FRESH = timedelta(minutes=10)
"""How long after a proof somebody may change what they sign in with."""


# --- codes of an app ------------------------------------------------------------------------------------


class AppCodes(Totp):
    """Codes by the server's clock, each of which opens once (RFC 6238, 5.2)."""

    def __init__(self, clock: Clock, secrets: Mapping[str, str], issuer: str) -> None:
        self._totp = TOTP.using(issuer=issuer, secrets=dict(secrets), now=lambda: clock().timestamp())

    def get_last_counter(self, user: Any) -> int | None:
        counter: int | None = user.totp_counter
        return counter

    def set_last_counter(self, user: Any, tmatch: Any) -> None:
        """Keep the step at once: of two requests with the same code, one is told that it lost."""
        datastore = current_app.extensions["security"].datastore
        user.totp_counter = tmatch.counter
        datastore.put(user)
        datastore.commit()


class Button(StringField):  # type: ignore[misc]  # WTForms ships no types
    """A choice that our pages offer as buttons; the library's radio fields bring texts of their own."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.choices: list[tuple[str, Any]] = []


class SetUpForm(TwoFactorSetupForm):
    """Begin to set codes up, or switch them off."""

    setup = Button()


class RescueForm(TwoFactorRescueForm):
    """The ways out for a lost phone."""

    help_setup = Button()


class CodeForm(TwoFactorVerifyCodeForm):
    """A code from the app, at sign-in or to finish setting it up."""

    def validate(self, **kwargs: Any) -> bool:
        """True for a code of now, or one step off; raises TooMany over the limit."""
        account = f"code:{_whose(self)}"
        begin_attempt(account)
        self.code.data = "".join(str(self.code.data or "").split())
        if not super().validate(**kwargs):
            if self.is_setup:
                flash("That code does not fit. Scan the picture again and type the code it shows.", "error")
            return False
        end_attempt(account)
        return True


# --- codes for a lost phone -----------------------------------------------------------------------------


class RecoveryCodes(MfRecoveryCodesUtil):
    """Ten codes of 48 random bits, kept as HMACs under the server's secret: each opens once."""

    def __init__(self, app: Flask) -> None:
        self.cryptor = None
        self._key = _derived(str(app.secret_key), "recovery codes")

    def create_recovery_codes(self, user: Any) -> list[str]:
        """New codes, shown this once; the old ones end."""
        _tell(user, "The codes for a lost phone were made anew.", "recovery_codes")
        return list(super().create_recovery_codes(user))

    def get_recovery_codes(self, user: Any) -> list[str]:  # noqa: ARG002  # as the library calls it
        """Nothing: what is kept can't be read."""
        return []

    def check_recovery_code(self, user: Any, code: str) -> bool:
        return self._kept(code) in _datastore().mf_get_recovery_codes(user)

    def delete_recovery_code(self, user: Any, code: str) -> bool:
        """Use a code up at once: of two requests with the same code, one is told that it lost."""
        kept = _datastore().mf_get_recovery_codes(user)
        deleted = bool(_datastore().mf_delete_recovery_code(user, kept.index(self._kept(code))))
        _datastore().commit()
        return deleted

    def _encrypt_codes(self, codes: list[str]) -> list[str]:
        return [self._kept(code) for code in codes]

    def _kept(self, code: str) -> str:
        plain = "".join(c for c in code.lower() if c.isalnum())
        return hmac.new(self._key, plain.encode(), hashlib.sha256).hexdigest()


class RecoveryForm(MfRecoveryForm):
    """A code for a lost phone."""

    def validate(self, **kwargs: Any) -> bool:
        account = f"code:{_whose(self)}"
        begin_attempt(account)
        if not super().validate(**kwargs):
            return False
        end_attempt(account)
        return True


# --- passkeys -------------------------------------------------------------------------------------------


class PasskeyRules(WebauthnUtil):
    """A passkey is found without a name being typed, and asks for a PIN, a finger or a face."""

    def authenticator_selection(self, *_: Any) -> AuthenticatorSelectionCriteria:
        return AuthenticatorSelectionCriteria(
            resident_key=ResidentKeyRequirement.REQUIRED,
            user_verification=UserVerificationRequirement.REQUIRED,
        )

    def user_verification(self, *_: Any) -> UserVerificationRequirement:
        return UserVerificationRequirement.REQUIRED


class NewPasskeyForm(WebAuthnRegisterForm):
    """Begin to add a passkey: how its owner calls it."""

    usage = Button()

    def validate(self, **kwargs: Any) -> bool:
        self.usage.data = "first"
        return bool(super().validate(**kwargs))


class NewPasskeyAnswer(WebAuthnRegisterResponseForm):
    """What the browser made."""

    def validate(self, **kwargs: Any) -> bool:
        if not super().validate(**kwargs) or not _first_time(self.challenge):
            flash("This passkey could not be added. Try again.", "error")
            return False
        if not isinstance(self.extensions, str) or len(self.extensions) > 255:
            self.extensions = ""
        return True


class PasskeySignIn(WebAuthnSigninForm):
    """Begin to sign in; nobody is named, so nobody's passkeys are told."""

    remember = Button()

    def validate(self, **kwargs: Any) -> bool:
        check_local()
        self.identity.data = self.remember.data = ""
        return bool(super().validate(**kwargs))


class PasskeyAnswer(WebAuthnSigninResponseForm):
    """A passkey's answer, to sign in or to prove again who one is; good once."""

    remember = Button()

    def validate(self, **kwargs: Any) -> bool:
        """True for a fresh answer of an active account's passkey; raises TooMany over the limit."""
        self.remember.data = ""
        if not self.is_verify:
            check_local()
        attempt = f"passkey:{self.challenge}"  # whose it is isn't known yet: counted by network address
        begin_attempt(attempt)
        good = bool(super().validate(**kwargs)) and self.mf_check
        good = good and self.user is not None and self.user.active
        if good and self.is_verify:
            good = _whose(self) == current_user.id
        if not good or not _first_time(self.challenge):
            flash("This passkey does not open an account here. Try again, or use your password.", "error")
            self.credential.errors = [*self.credential.errors, "refused"]
            return False
        end_attempt(attempt)
        if self.is_verify:
            proved_now()
        return True


# --- proving again, and a new password ------------------------------------------------------------------


class ProveForm(VerifyForm):
    """The password again, from somebody who is signed in."""

    def validate(self, **kwargs: Any) -> bool:
        return prove_by_password(str(self.password.data or "")) and bool(super().validate(**kwargs))


class NewPasswordForm(ChangePasswordForm):
    """A new password of one's own, against the old one."""

    def validate(self, **kwargs: Any) -> bool:
        account = f"prove:{current_user.id}"
        begin_attempt(account)
        if not super().validate(**kwargs):
            return False
        end_attempt(account)
        return True


def prove_by_password(password: str) -> bool:
    """Does this password prove who is signed in? Notes it where it does; raises TooMany over the limit."""
    account = f"prove:{current_user.id}"
    begin_attempt(account)
    if not current_user.password or not current_user.verify_and_update_password(password):
        return False
    end_attempt(account)
    proved_now()
    return True


# --- into the library -----------------------------------------------------------------------------------


def parts(services: Services) -> dict[str, Any]:
    """What `flask_security.Security` is to use instead of its own."""
    return {
        "two_factor_setup_form": SetUpForm,
        "two_factor_rescue_form": RescueForm,
        "two_factor_verify_code_form": CodeForm,
        "mf_recovery_form": RecoveryForm,
        "wan_register_form": NewPasskeyForm,
        "wan_register_response_form": NewPasskeyAnswer,
        "wan_signin_form": PasskeySignIn,
        "wan_signin_response_form": PasskeyAnswer,
        "verify_form": ProveForm,
        "change_password_form": NewPasswordForm,
        "totp_cls": partial(AppCodes, services.clock),
        "mf_recovery_codes_util_cls": RecoveryCodes,
        "webauthn_util_cls": PasskeyRules,
    }


def configuration(settings: Settings) -> dict[str, Any]:
    """The library's settings for all this."""
    return {
        "SECURITY_TOTP_SECRETS": {"1": _derived(settings.secret(), "app codes").hex()},
        "SECURITY_TOTP_ISSUER": "Reviewer",
        "SECURITY_TWO_FACTOR": True,
        "SECURITY_TWO_FACTOR_REQUIRED": settings.require_second_factor,
        "SECURITY_TWO_FACTOR_ENABLED_METHODS": ["authenticator"],
        "SECURITY_TWO_FACTOR_AUTHENTICATOR_VALIDITY": STEP_SECONDS,
        "SECURITY_TWO_FACTOR_ALWAYS_VALIDATE": True,
        "SECURITY_TWO_FACTOR_RESCUE_EMAIL": False,
        "SECURITY_TWO_FACTOR_SETUP_URL": "/account/codes",
        "SECURITY_TWO_FACTOR_SETUP_TEMPLATE": "account_codes.html",
        "SECURITY_TWO_FACTOR_POST_SETUP_VIEW": "/account",
        "SECURITY_TWO_FACTOR_TOKEN_VALIDATION_URL": "/sign-in/code",
        "SECURITY_TWO_FACTOR_VERIFY_CODE_TEMPLATE": "sign_in_code.html",
        "SECURITY_TWO_FACTOR_RESCUE_URL": "/sign-in/lost-phone",
        "SECURITY_TWO_FACTOR_SELECT_URL": "/sign-in/which",
        "SECURITY_MULTI_FACTOR_RECOVERY_CODES": True,
        "SECURITY_MULTI_FACTOR_RECOVERY_CODES_N": RECOVERY_CODES,
        "SECURITY_MULTI_FACTOR_RECOVERY_CODES_URL": "/account/recovery-codes",
        "SECURITY_MULTI_FACTOR_RECOVERY_CODES_TEMPLATE": "account_recovery.html",
        "SECURITY_MULTI_FACTOR_RECOVERY_URL": "/sign-in/recovery",
        "SECURITY_MULTI_FACTOR_RECOVERY_TEMPLATE": "sign_in_recovery.html",
        "SECURITY_WEBAUTHN": True,
        "SECURITY_WAN_RP_NAME": "Reviewer",
        "SECURITY_WAN_ALLOW_USER_HINTS": False,
        "SECURITY_WAN_ALLOW_AS_VERIFY": ["first"],
        "SECURITY_WAN_NAME_ALLOWED_CHARS": ["L", "M", "N", "P", "Zs"],
        "SECURITY_WAN_REGISTER_WITHIN": timedelta(minutes=5),
        "SECURITY_WAN_SIGNIN_WITHIN": timedelta(minutes=5),
        "SECURITY_WAN_REGISTER_URL": "/account/passkeys",
        "SECURITY_WAN_REGISTER_TEMPLATE": "account_passkeys.html",
        "SECURITY_WAN_POST_REGISTER_VIEW": "/account",
        "SECURITY_WAN_DELETE_URL": "/account/passkeys/remove",
        "SECURITY_WAN_SIGNIN_URL": "/sign-in/passkey",
        "SECURITY_WAN_SIGNIN_TEMPLATE": "sign_in_passkey.html",
        "SECURITY_WAN_VERIFY_URL": "/account/prove/passkey",
        "SECURITY_WAN_VERIFY_TEMPLATE": "prove_passkey.html",
        "SECURITY_VERIFY_URL": "/account/prove",
        "SECURITY_VERIFY_TEMPLATE": "prove.html",
        "SECURITY_FRESHNESS": FRESH,
        "SECURITY_FRESHNESS_GRACE_PERIOD": timedelta(minutes=2),
        "SECURITY_CHANGEABLE": True,
        "SECURITY_CHANGE_URL": "/account/password",
        "SECURITY_CHANGE_PASSWORD_TEMPLATE": "account_password.html",
        "SECURITY_POST_CHANGE_VIEW": "/account",
        "SECURITY_SEND_PASSWORD_CHANGE_EMAIL": False,  # ours goes through the outbox
    }


def connect(app: Flask) -> None:
    """Hear of every change of what somebody signs in with, before it is committed."""
    tf_profile_changed.connect(_codes_changed, app)
    tf_code_confirmed.connect(_code_confirmed, app)
    tf_disabled.connect(_codes_ended, app)
    wan_registered.connect(_passkey_added, app)
    wan_deleted.connect(_passkey_removed, app)
    password_changed.connect(_password_changed, app)
    # the library's own page would write to somebody who doesn't exist here
    app.view_functions["security.two_factor_rescue"] = lambda: redirect(url_for("security.mf_recovery"))


def _codes_changed(_app: Flask, user: Any, **_: Any) -> None:
    _tell(user, "Codes of an app were set up for signing in.", "codes_set_up")
    flash("Codes are on. Make codes for a lost phone next, and keep them apart from it.")


def _code_confirmed(app: Flask, user: Any, **_: Any) -> None:
    if session.get("tf_state") == "validating_profile":  # set up on the way in, where that is required
        _codes_changed(app, user)


def _codes_ended(_app: Flask, user: Any, **_: Any) -> None:
    _datastore().mf_set_recovery_codes(user, None)
    _tell(user, "Codes of an app were switched off for signing in.", "codes_ended")
    flash("Codes are off.")


def _passkey_added(_app: Flask, user: Any, name: str, **_: Any) -> None:
    _tell(user, f"A passkey was added: {name}.", "passkey_added")
    flash(f"The passkey “{name}” opens your account from now on.")


def _passkey_removed(_app: Flask, user: Any, name: str, **_: Any) -> None:
    _tell(user, f"A passkey was removed: {name}.", "passkey_removed")
    flash(f"The passkey “{name}” opens nothing any more.")


def _password_changed(_app: Flask, user: Any, **_: Any) -> None:
    _services().joining.password_changed(str(user.id))
    flash("You have a new password. Everywhere else you were signed out.")


def _tell(user: Any, reason: str, what: str) -> None:
    _services().joining.factor_changed(str(user.id), reason, what)


def _first_time(challenge: str) -> bool:
    services = _services()
    fresh = timedelta(minutes=10)
    seen = services.store.write(lambda tx: tx.first_seen(f"passkey {challenge}", services.clock(), fresh))
    if not seen:
        raise NotAllowed("This form was sent already. Go back and begin again.")
    return seen


def _derived(secret: str, purpose: str) -> bytes:
    return hmac.new(secret.encode(), f"reviewer {purpose}".encode(), hashlib.sha256).digest()


def _whose(form: Any) -> str:
    """The person about whom the library asks a form."""
    return str(form.user.id)


def _datastore() -> Any:
    return current_app.extensions["security"].datastore


def _services() -> Services:
    found: Services = current_app.extensions["reviewer"]
    return found
