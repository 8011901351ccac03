/** OpenSSL's own words, "80B0:error:0A00010B:SSL routines:ssl3_get_record:wrong version number:../deps/…:", as a sentence of one line. */
export function plainTls(message: string): string {
  return message
    .replace(/(?:[0-9A-F]{8,}:)?error:[0-9A-F]+:[^:]*:[^:]*:\s*([^:\n]*)(?::[^\n]*)?/gi, '$1')
    .replace(/key values mismatch/i, 'the key belongs to another certificate')
    .replace(/no start line|bad end line|bad base64 decode|not enough data|unsupported/i, 'it is not in PEM form')
    .replace(/bad decrypt|interrupted or cancelled/i, 'the key has a passphrase, which is not supported')
    .replace(/wrong version number|packet length too long|http request/i, 'it does not speak TLS on this port: is http:// meant?')
    .replace(/\s+/g, ' ')
    .trim();
}
