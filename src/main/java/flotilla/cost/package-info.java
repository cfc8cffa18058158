/** What is used and what it costs, as pure values: instance-seconds, images, requests to AWS, and a price list for them. */
package flotilla.cost;
