// A client for scripts: one file, nothing but Node 20 or newer. Copy it beside your own scripts.

/**
 * Signs in, or takes a service key instead.
 * @param {{ url?: string, key?: string, email?: string, password?: string }} who the sandbox's operator where nothing is given
 */
export async function connect({ url = process.env.CLOUDTILL_URL ?? 'http://127.0.0.1:4000', key, email, password } = {}) {
  const headers = {};

  /** Asks, and throws where the whole question was turned down. Refusals are data: look at `userErrors`. */
  async function ask(query, variables = {}) {
    const response = await fetch(`${url}/graphql`, {
      method: 'POST',
      headers: { 'content-type': 'application/json', ...headers },
      body: JSON.stringify({ query, variables }),
    });
    const { data, errors } = await response.json();
    if (errors) throw new Error(errors.map(({ message, extensions }) => `${extensions?.code}: ${message}`).join('\n'));
    const cookie = response.headers.getSetCookie()[0];
    if (cookie) headers.cookie = cookie.split(';')[0];
    return data;
  }

  /** Announces a file and sends its bytes. */
  async function upload(fileName, bytes) {
    const { createUpload } = await ask('mutation ($input: CreateUploadInput!) { createUpload(input: $input) { uploadId uploadUrl userErrors { message } } }', {
      input: { fileName, byteSize: bytes.length },
    });
    refuse(createUpload.userErrors);
    const response = await fetch(url + createUpload.uploadUrl, { method: 'PUT', headers, body: bytes });
    if (!response.ok) throw new Error(`the upload was answered with ${response.status}: ${await response.text()}`);
    return createUpload.uploadId;
  }

  /** Waits until a job has ended. What it brought about is in `facts`, by name; which ones depends on the kind of job. */
  async function finished(jobId) {
    for (;;) {
      const { job } = await ask('query ($id: ID!) { job(id: $id) { state result { facts { name value } } userErrors { code message } } }', { id: jobId });
      if (job.state !== 'QUEUED' && job.state !== 'RUNNING') {
        const facts = Object.fromEntries((job.result?.facts ?? []).map(({ name, value }) => [name, value]));
        return { state: job.state, facts, userErrors: job.userErrors };
      }
      await new Promise((resolve) => setTimeout(resolve, 100));
    }
  }

  if (key) headers.authorization = `Bearer ${key}`;
  else {
    const input = { email: email ?? 'operator@demo.test', password: password ?? process.env.CLOUDTILL_PASSWORD ?? 'cloudtill-demo' };
    const { signIn } = await ask('mutation ($input: SignInInput!) { signIn(input: $input) { userErrors { message } } }', { input });
    refuse(signIn.userErrors);
  }
  return { url, headers, ask, upload, finished };
}

/** Throws where somebody said no. */
export function refuse(userErrors) {
  if (userErrors.length > 0) throw new Error(userErrors.map(({ message }) => message).join('\n'));
}
