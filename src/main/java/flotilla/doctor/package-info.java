/** What an examination of a system finds: pure judgements of what was seen. Looks at nothing by itself. */
package flotilla.doctor;
