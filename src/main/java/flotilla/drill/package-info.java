/** Drills: a whole system of processes, clients, faults from a seed, and an account of what became of every image. */
package flotilla.drill;
