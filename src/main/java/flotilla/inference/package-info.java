/**
 * What turns image bytes into labels: header check, decode, preprocess, predict. The only room that knows DJL and its engines.
 *
 * <p>Callers need {@link flotilla.inference.Classifiers} and {@link flotilla.inference.ImageHeaders}; a machine image is
 * prepared with {@link flotilla.inference.NativeLibraries}.
 */
package flotilla.inference;
