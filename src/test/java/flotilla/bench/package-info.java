/**
 * The benchmarks behind {@code ./flotilla bench}: real processes of the packaged jar beside the bounds that they are held
 * against, in one run; bench/README.md tells what each row measures. Compiled with the tests, so that they never rot, and run
 * by {@code bench/run}.
 */
package flotilla.bench;
