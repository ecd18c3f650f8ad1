/** What the description of Twilio's resources is made of: facts that a stand-in is driven by. */

/**
 * What a value is: a basic type, `rfc2822` or `day` for a date, `uri`, `uris` for a map of them, `capabilities` of
 * a phone number, `sid:` with the prefixes of a SID, or `enum:` with its values; `?` at the end: may be null.
 */
export type Kind = string;

/** The properties of a resource, in the order of its JSON. */
export type Shape = Readonly<Record<string, Kind>>;

/** A URL below an account: a list of a resource, or one of them. */
export interface Place {
  /** Below `/2010-04-01/Accounts/{AccountSid}`, without an extension. */
  path: string;
  /** The name of its shape. */
  shape: string;
  /** For a list: the name of its items in JSON, and the parameters that filter it. */
  list?: { items: string; filters: readonly string[] };
  /** Whether one can be fetched. */
  fetch?: true;
  /** For a POST: its status, its parameters, and which must be there. */
  post?: {
    status: number;
    /** The shape of the answer, where it is another. */
    shape?: string;
    parameters: Readonly<Record<string, Kind>>;
    required: readonly string[];
  };
  delete?: true;
}

export interface Description {
  shapes: Readonly<Record<string, Shape>>;
  places: readonly Place[];
}
