/** Spans of images' traces, for a collector of OpenTelemetry. The only room that imports it; nothing of it is loaded when tracing is off. */
package flotilla.tracing;
