/**
 * What `holdpoint ca` prints: how an agent's tools are told to trust the authority, and only they.
 */
export function trustInstructions(caPath: string, proxyUrl: string): string {
  const path = quoted(caPath)
  return `The certificate authority of this Holdpoint is ${path}
Tell the agent's tools to trust it. Do not add it to the machine's own trust store.

Through the proxy (the lease is the user of the proxy URL: http://hpl_...@host:port):
  export HTTPS_PROXY=${quoted(proxyUrl)} HTTP_PROXY=${quoted(proxyUrl)}

curl         curl --cacert ${path} ...
             export CURL_CA_BUNDLE=${path}
Node         export NODE_EXTRA_CA_CERTS=${path}
             fetch ignores HTTPS_PROXY unless NODE_USE_ENV_PROXY=1 is set too (Node 22.21, 24)
Python       export REQUESTS_CA_BUNDLE=${path} SSL_CERT_FILE=${path}
git          git config http.sslCAInfo ${path}
             export GIT_SSL_CAINFO=${path}
Go, Rust     export SSL_CERT_FILE=${path}
Java         keytool -importcert -noprompt -alias holdpoint -file ${path} \\
               -keystore holdpoint.p12 -storetype PKCS12 -storepass changeit
             export JAVA_TOOL_OPTIONS="-Djavax.net.ssl.trustStore=holdpoint.p12 \\
               -Djavax.net.ssl.trustStorePassword=changeit"

CURL_CA_BUNDLE, REQUESTS_CA_BUNDLE, SSL_CERT_FILE and the Java trust store replace the usual
authorities. An agent that also reaches other hosts by tunnel needs one file with both:
  cat /etc/ssl/certs/ca-certificates.crt ${path} > agent-ca.pem
`
}

/** As a POSIX shell reads it, whatever is in it. */
function quoted(text: string): string {
  return /^[A-Za-z0-9_./:@%+=-]+$/.test(text) ? text : `'${text.replaceAll("'", `'\\''`)}'`
}
