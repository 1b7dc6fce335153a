/* `stand-in.js PORT`: answers as Slack, PagerDuty and Route 53 do. */
import '../support/stand-in-process.ts'
