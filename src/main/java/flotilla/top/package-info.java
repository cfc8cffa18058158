/**
 * The live view for terminals: what the page shows, as lines of text. It knows a gateway only by its HTTP interface; what is shown
 * is computed by pure code, and only {@link flotilla.top.TerminalScreen} steers a terminal.
 */
package flotilla.top;
