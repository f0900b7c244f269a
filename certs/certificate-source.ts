/** A server's certificate and what is worth knowing of it. */
export interface Certificate {
  /** The chain, the server's own first: PEM. */
  readonly chain: Uint8Array;
  /** The private key: PEM. */
  readonly key: Uint8Array;
  /** SHA-256 of the certificate in DER form: what a page gives as `serverCertificateHashes`. */
  readonly hash: Uint8Array;
  /** Valid from and until, Unix time in ms. */
  readonly notBefore: number;
  readonly notAfter: number;
}

/** Where the gateway's certificate comes from, and the news when there is another one. */
export interface CertificateSource {
  /** The one in use; only after `start`. */
  readonly current: Certificate;
  /** @throws GatesvrError BAD_CERTIFICATE when there is none that can be used */
  start(): Promise<void>;
  /**
   * Tells every new certificate to `listener`, which puts it to use at once. If it throws, the certificate is refused
   * and the old one stays.
   */
  onChange(listener: (certificate: Certificate) => void): void;
  stop(): void;
}
