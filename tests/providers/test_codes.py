import pytest

from render.errors import RejectedError, TransientError
from render.providers.codes import CodeKind, kind_of, render_failure

_CODES = {
    CodeKind.CONFLICT: "conflictTaskUUID CONFLICT_TASK_UUID",
    CodeKind.SAFETY: "contentPolicyViolation providerContentPolicyViolation invalidProviderContent "
    "sensitiveContentDetected unsafeContentDetected nsfwContentDetected promptBlocked imageBlocked moderationFailed",
    CodeKind.QUOTA: "insufficientCredits providerInsufficientCredits quotaExceeded paymentRequired environmentPaused "
    "insufficientBalance",
    CodeKind.AUTH: "invalidApiKey missingApiKey unauthorized forbidden permissionDenied insufficientPermissions "
    "authenticationFailed authFailed authTimeout tokenExpired tokenInvalid accountSuspended organizationDisabled "
    "workspaceSuspended",
    CodeKind.GONE: "taskNotFound taskExpired taskFailedOrNotFound taskCancelled",
    CodeKind.RATE_LIMIT: "rateLimit rateLimitExceeded inferenceRateLimitExceeded providerRateLimitExceeded",
    CodeKind.MODEL: "unknownModel modelNotFound invalidModel unsupportedModel",
    CodeKind.NOT_FOUND: "imageNotFound loraNotFound",
    CodeKind.VALIDATION: "invalidWidth missingDuration unsupportedParameter unsupportedTaskType unsupportedDuration "
    "unknownParameter incompatibleParameters valueTooLarge arrayTooLong maxLengthExceeded duplicateTaskUUID "
    "mismatchedDimensions validationFailed modelAlreadyExists modelOwnershipValidationError transparentModelMismatch",
    CodeKind.TIMEOUT: "providerTimeout providerGatewayTimeout webhookTimeout timeout timeoutProvider",
    CodeKind.SERVER: "internalServerError serviceUnavailable serverUnavailable standardError unknownError "
    "undefinedError defaultError unrecognizedResponse",
    CodeKind.PROVIDER: "providerError inferenceError processingFailed taskFailed downloadFailed "
    "noAvailableServer modelUnavailable modelDisabled modelNotReady",
    CodeKind.DELIVERY: "uploadFailed upload_failed",
    CodeKind.UNKNOWN: "somethingElse 19 é",
}
_ROWS = [(code, kind) for kind, codes in _CODES.items() for code in codes.split()]


@pytest.mark.parametrize(("code", "kind"), [*_ROWS, ("", CodeKind.UNKNOWN)])
def test_a_code_is_of_one_kind(code, kind):
    assert kind_of(code) is kind


@pytest.mark.parametrize(("code", "kind"), _ROWS)
def test_case_does_not_matter(code, kind):
    assert kind_of(code.upper()) is kind


@pytest.mark.parametrize("code", ["contentPolicyViolation", "invalidWidth", "unknownModel", "loraNotFound"])
def test_a_render_refused_for_what_it_asks_fails_for_good(code):
    assert type(render_failure("no", code=code, status=200)) is RejectedError


@pytest.mark.parametrize("code", ["timeoutProvider", "internalServerError", "inferenceError", "rateLimit", "", "new"])
def test_a_render_that_broke_may_pass_in_a_new_attempt(code):
    assert type(render_failure("no", code=code, status=200)) is TransientError


def test_every_kind_has_a_code_here():
    assert set(_CODES) == set(CodeKind)
