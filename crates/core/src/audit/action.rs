//! The actions of the audit trail.

use crate::words::words;

words! {
    /// What was done.
    Action {
    AccountChanged = "account.changed": "An account was given another name, or other settings of the form.",
    AccountCreated = "account.created": "An account was created.",
    KeyCreated = "api_key.created": "An API key was created.",
    KeyRolled = "api_key.rolled": "An API key was replaced by a new one.",
    KeyRevoked = "api_key.revoked": "An API key was revoked.",
    CustomerCreated = "customer.created": "A customer was created.",
    CustomerUpdated = "customer.updated": "A customer's profile was changed.",
    EmailIndexed = "customer.email_indexed": "An e-mail that an older version had stored was made findable again.",
    CustomerViewed = "customer.viewed": "A person looked at a customer's unmasked data.",
    CustomerExported = "customer.exported": "A customer's data, or that of one of its persons, was exported.",
    SessionOpened = "kyc.session_opened": "A KYC session was opened, or its link was given again.",
    SessionExpired = "kyc.session_expired": "The link of a KYC session ran out.",
    FormOpened = "kyc.form_opened": "Somebody entered the hosted form through a link.",
    FormLeft = "kyc.form_left": "Somebody left the hosted form on the device that had entered it.",
    FormSaved = "kyc.form_saved": "Something was typed into the hosted form that is not in the profile yet.",
    FormRevealed = "kyc.form_revealed": "A device entered the right date, and sees what others gave.",
    FormRevealFailed = "kyc.form_reveal_failed": "A device entered a wrong date, and sees no more than before.",
    FormSubmitted = "kyc.form_submitted": "A customer consented and submitted the hosted form.",
    Evaluated = "kyc.evaluated": "The requirements stand differently: a date was reached, or rules changed.",
    Decided = "kyc.decided": "A decision about a customer was made.",
    Simulated = "kyc.simulated": "A sandbox customer was put somewhere.",
    ProviderAsked = "kyc.provider_asked": "A provider was given a share token, which was then forgotten.",
    ProviderAnswered = "kyc.provider_answered": "A provider said how a verification stands.",
    ClockAdvanced = "sandbox.clock_advanced": "The clock of a sandbox was put forward.",
    WebhookCreated = "webhook.created": "A webhook endpoint was registered.",
    WebhookEnabled = "webhook.enabled": "A webhook endpoint was enabled again.",
    WebhookDisabled = "webhook.disabled": "A webhook endpoint was disabled.",
    WebhookDeleted = "webhook.deleted": "A webhook endpoint was deleted.",
    WebhookResent = "webhook.resent": "A delivery was asked for again.",
    FileUploaded = "file.uploaded": "A file was uploaded.",
    FileRead = "file.read": "The content of a file was read.",
    SettingsChanged = "settings.changed": "The server started with other settings than the last time.",
    RotationStarted = "keyring.rotation_started": "A rotation of the keys was started.",
    KeyringRotated = "keyring.rotated": "All keys were wrapped again under a new epoch, and the old epochs destroyed.",
    BackupStarted = "backup.started": "A backup of all records was started.",
    EntryViewed = "audit.entry_viewed": "A person looked at the details of an entry of the audit trail.",
    RecordsNoted = "audit.records_noted": "What was stored before entries said what they wrote was noted.",
    RestoreAccepted = "audit.restore_accepted": "An older state of the database was accepted.",
    RequestRefused = "request.refused": "A key was refused: revoked, expired, or without the scope.",
}
}
