package flotilla.drill;

import java.time.Instant;

/**
 * A result in the output bucket.
 *
 * @param id of the request, by the object's name
 * @param generation 1 for the first result of an id; a later one supersedes a failure that was given for want of a result
 * @param answer what is in it
 * @param at when it was written
 * @param delivery how often its message had been delivered to workers, as it says itself; 0 when it does not
 */
record Stored(String id, int generation, Answer answer, Instant at, int delivery) {}
