/** Who takes debug information: the first endpoint of the first exporter that can. */
export interface DebugInfoTarget {
  /** Passes one request on. Resolves with the endpoint's answer, whatever that is, or with undefined when there is no endpoint; rejects with
   *  Failed when the endpoint cannot be reached, or with signal.reason. */
  passOn(call: DebugInfoCall, signal: AbortSignal): Promise<DebugInfoAnswer | undefined>;
}

/** One request to pass on, by HTTP. */
export interface DebugInfoCall {
  readonly path: string;
  /** Empty when there is none. */
  readonly tenant: string;
  readonly contentType: string;
  /** An upload comes piece by piece, as fast as it is taken, and may be a gigabyte. */
  readonly body: Uint8Array | AsyncIterable<Uint8Array>;
}

/** What an endpoint said. */
export interface DebugInfoAnswer {
  readonly status: number;
  readonly contentType: string;
  readonly body: Uint8Array;
}
