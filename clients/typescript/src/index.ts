export { DossierClient, type Settings } from "./client.js";
export {
    ConnectionFailed,
    DossierError,
    DossierProblem,
    NotModified,
    type Problem,
    type ProblemCode,
    ResponseError,
    UnexpectedResponse,
    type Violation,
    WebhookRefused,
} from "./errors.js";
export type { components, paths, webhooks } from "./generated/api.js";
export { type Options, Result } from "./operation.js";
export type { Content, Upload } from "./uploads.js";
export { type Delivery, type EventMessage, type Keys, type Verification, verify } from "./webhooks.js";

import type { components } from "./generated/api.js";

/** The objects of the API by name: `Schemas["Customer"]`. */
export type Schemas = components["schemas"];
