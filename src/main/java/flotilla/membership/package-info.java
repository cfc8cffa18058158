/** Who is dropped from the cluster when nodes do not hear of one another; the only room that touches Pekko's downing. */
package flotilla.membership;
