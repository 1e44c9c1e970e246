/** Whether passkeys can be had here: the page came safely, and its address is a name, since no passkey is for a number. */
export function canHavePasskeys(): boolean {
  return isSecureContext && 'PublicKeyCredential' in window && !/^[\d.]+$|^\[/.test(location.hostname)
}
