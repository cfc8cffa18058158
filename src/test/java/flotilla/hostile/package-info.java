/** Damaged and malicious files, made here, that every way into the system is tried with. */
package flotilla.hostile;
