/** Puts a file where the server said, and tells how far it is: `fetch` cannot. */
export function putFile(url: string, file: Blob, progress: (share: number) => void): Promise<boolean> {
  return new Promise((resolve) => {
    const request = new XMLHttpRequest();
    request.open('PUT', url);
    request.setRequestHeader('content-type', 'text/csv');
    request.upload.addEventListener('progress', ({ loaded, total }) => progress(total > 0 ? loaded / total : 0));
    request.addEventListener('loadend', () => resolve(request.status === 204));
    request.send(file);
  });
}
