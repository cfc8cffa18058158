/** Counts and times for Prometheus: what the rooms' meters are made of, and the only room that imports Micrometer. */
package flotilla.metrics;
