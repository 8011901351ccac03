/**
 * What an attempt says of the endpoint: it took the record; it works, but did not take this one; it does not work, which is certain when it
 * said so itself; nothing.
 */
export type Outcome = 'taken' | 'answered' | 'failed' | 'down' | 'nothing';
