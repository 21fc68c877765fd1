// Base64 for text mode, where a gateway destroys binary frames. The platform does the work.

const SPREAD = 0x8000; // arguments that String.fromCharCode takes at once, everywhere

type WithBase64 = {
  fromBase64?: (text: string) => Uint8Array<ArrayBuffer>;
};
type Base64Bytes = Uint8Array & { toBase64?: () => string };

/** @throws {DOMException | SyntaxError} not base64. */
export function fromBase64(text: string): Uint8Array<ArrayBuffer> {
  const native = (Uint8Array as WithBase64).fromBase64;
  if (native !== undefined) {
    return native(text);
  }
  const binary = atob(text);
  const bytes = new Uint8Array(binary.length);
  for (let i = 0; i < bytes.length; i += 1) {
    bytes[i] = binary.charCodeAt(i);
  }
  return bytes;
}

export function toBase64(bytes: Uint8Array): string {
  const native = (bytes as Base64Bytes).toBase64;
  if (native !== undefined) {
    return native.call(bytes);
  }
  let binary = '';
  for (let at = 0; at < bytes.length; at += SPREAD) {
    binary += String.fromCharCode(...bytes.subarray(at, at + SPREAD));
  }
  return btoa(binary);
}
