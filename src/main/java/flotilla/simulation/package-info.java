/** Scaling policies on virtual time: the supervisor's own core against a simulated queue, EC2 and workers. */
package flotilla.simulation;
