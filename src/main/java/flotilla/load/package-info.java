/**
 * The workload generator: sends images to a gateway, or to anything that speaks like one, over HTTP, and says what came back
 * and when. It knows the interface only, as any client does, and shares no code with what it measures.
 */
package flotilla.load;
