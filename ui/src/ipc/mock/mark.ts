/** Marks a build that holds the mock; the app's build must not have it. */
export const MARK = 'selvage-mock-ipc';
